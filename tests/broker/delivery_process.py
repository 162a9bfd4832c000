"""A service process for tests of delivery: `python -m tests.broker.delivery_process SERVICE`.

It is run as every service is, with a service class of its own: each case that it reads is noted in
the table `effects`, and answered with one task. The form of a case says what goes wrong with it,
the environment variable CRASH at which point the process ends by SIGKILL, once.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import services.__main__ as services  # first: it makes everything green
from shared.delivery.consumer import Consumer
from shared.delivery.entrypoints import Delivery, keeps_time, receives
from shared.delivery.publisher import Publisher
from shared.errors import Fault, Invalid
from shared.logs import configure
from shared.messages import CaseAccepted, Person, TaskAssigned, Text
from shared.settings import Settings
from shared.web.http import Request, http

metadata = sa.MetaData()
effects = sa.Table(
    "effects",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("case_code", sa.String(40), nullable=False),
    sa.Column("sender", sa.String(80), nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("stated", sa.Integer, nullable=False),
)


def once(point: str) -> bool:
    """Whether this is the first time that a process comes by a point at which it must die."""
    if os.environ.get("CRASH") != point:
        return False
    try:
        Path(os.environ["CRASHED"]).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def die_before(owner: type, name: str, point: str) -> None:
    """Let the process end by SIGKILL when it is about to call a method for the first time."""
    method: Callable[..., Any] = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if once(point):
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*args, **kwargs)

    setattr(owner, name, dying)


def task_for(case: CaseAccepted, work: Any) -> TaskAssigned:
    return TaskAssigned(
        case=case.case,
        assignment=f"a-{case.case}-{case.form.get('number', 0)}",
        task="permit",
        title=Text(zh="许可", en="Permit"),
        department=case.form.get("department", "planning"),
        item="birth",
        item_title=Text(zh="出生", en="Birth"),
        region=case.region,
        assigned_at=work.now,
        applicant=None,
        form=case.form,
    )


numbers = itertools.count(1)


def case_of_timer(number: int, now: datetime) -> CaseAccepted:
    return CaseAccepted(
        case="330100-2609-9999999-99",
        item="birth",
        item_version=1,
        region="330100",
        channel="api",
        received_at=now,
        accepted_at=now,
        applicant=Person(kind="person", name="张三", number="110101199003074178"),
        form={"number": number},
    )


class Service:
    name = "routing"
    delivery = Delivery()

    @receives
    def advance(self, work: Any, envelopes: Any) -> None:
        for envelope in envelopes:
            case = envelope.message
            if not isinstance(case, CaseAccepted):
                continue
            row = {
                "case_code": case.case,
                "sender": str(envelope.sender),
                "process": os.getpid(),
                "stated": case.form.get("number", 0),
            }
            work.transaction.execute(sa.insert(effects), row)
            self._go_wrong(case)
            work.send(task_for(case, work))
        if once("before commit"):
            os.kill(os.getpid(), signal.SIGKILL)

    def _go_wrong(self, case: CaseAccepted) -> None:
        if case.form.get("goes") == "wrong":
            raise ValueError("the archive is away")
        if case.form.get("goes") == "against a rule":
            raise Invalid(Fault("form.area", "must not be negative"))

    @http("POST", "/cases")
    def accept(self, _request: Request) -> Any:
        with self.delivery.work() as work:
            row = {"case_code": "http", "sender": "http", "process": os.getpid(), "stated": 0}
            work.transaction.execute(sa.insert(effects), row)
        return {}

    @keeps_time
    def fire(self) -> float:
        if os.environ.get("TIMER") == "dies":
            raise ValueError("the timer is broken")
        with self.delivery.work() as work:
            number = next(numbers)
            row = {"case_code": "timer", "sender": "timer", "process": os.getpid()}
            work.transaction.execute(sa.insert(effects), {**row, "stated": number})
            if os.environ.get("SENDS"):
                work.send(task_for(case_of_timer(number, work.now), work))
        return float(os.environ.get("EVERY", "1"))


def run() -> int:
    settings = Settings.from_environment("routing")
    configure(settings.service)
    die_before(Publisher, "submit", "between commit and publish")
    die_before(Consumer, "acknowledge", "between commit and ack")
    return services.serve(settings, Service)


if __name__ == "__main__":
    sys.exit(run())
