"""What a service has loaded when it is ready: memory and a start are paid for in every process."""

import subprocess
import sys

from deploy.local.services import SERVICES

NEVER = ("fpdf", "fontTools", "prompt_toolkit", "typer", "pytest")
"""Libraries of documents that few ask for, of terminals, and of tests."""


def test_no_service_loads_what_only_an_export_or_a_terminal_needs():
    modules = ", ".join(f"services.{it}.service" for it in SERVICES)
    look = f"import sys; import {modules}; print(*(it for it in {NEVER} if it in sys.modules))"
    options = ("-W", "ignore", "-P", "-c")
    done = subprocess.run(
        [sys.executable, *options, look],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
