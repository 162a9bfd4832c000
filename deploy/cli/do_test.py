"""Run every test; arguments go to pytest.

Without arguments several processes share the work. `./onewindow test tests/unit -x` runs a part in
one.

RabbitMQ and PostgreSQL are installed from the distribution's packages if they are missing. Each run
starts servers of its own and ends them.
"""

import os
import sys

import typer

from deploy.cli.console import say
from deploy.local.packages import POSTGRESQL, RABBITMQ, ensure
from deploy.local.places import ROOT, Places

CONTEXT = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}

SHARED = ("-n", "3", "--no-loadscope-reorder")
"""Also on two cores: most tests wait for servers of their own, or for a moment to come."""


def command(context: typer.Context) -> None:
    log = Places.from_environment(os.environ).packages_log
    wanted = (POSTGRESQL,) if os.environ.get("AMQP_URI") else (RABBITMQ, POSTGRESQL)
    for package in wanted:
        ensure(package, log=log, say=say)
    os.chdir(ROOT)
    sys.stdout.flush()
    arguments = context.args or SHARED
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606
