"""Cases of an item with twelve tasks, some side by side, some given out again: the same each time.

Fire and environment review side by side with water and traffic; fire sends every fifth case back,
and environment declines every seventh, which goes out again.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.messages import CaseProgressed, Limit, Text
from shared.messages.parts import Material
from shared.messages.progress import (
    Accepted,
    Assigned,
    Change,
    Completed,
    Decided,
    Declined,
    Opened,
    Resumed,
    Returned,
    Supplemented,
    Suspended,
)
from shared.worktime import china
from shared.worktime.measures import measure_of
from tests.unit.supervision.steps import at

ITEM = "hotel-opening"
TITLE = Text(zh="开办宾馆联合审批", en="Opening a hotel")
TASKS = {
    "register": ("market-regulation", Text(zh="登记核验", en="Registration check")),
    "planning": ("planning", Text(zh="规划条件审查", en="Planning conditions")),
    "fire": ("fire", Text(zh="消防安全检查", en="Fire safety inspection")),
    "environment": ("ecology", Text(zh="环境影响登记", en="Environmental registration")),
    "water": ("water", Text(zh="排水许可审查", en="Drainage permit review")),
    "traffic": ("urban-management", Text(zh="交通影响审查", en="Traffic impact review")),
    "health": ("health", Text(zh="公共场所卫生许可审查", en="Hygiene licence review")),
    "police": ("public-security", Text(zh="特种行业许可审查", en="Special trade review")),
    "joint": ("planning", Text(zh="联合意见汇总", en="Joint opinion")),
    "fee": ("tax", Text(zh="收费核定", en="Fee assessment")),
    "decision": ("development-reform", Text(zh="审批决定", en="Decision")),
    "licence": ("market-regulation", Text(zh="证照制作", en="Making of the licence")),
}
FILE = Material(name="plan", digest=f"sha256:{'a' * 64}", media_type="application/pdf", size=9)


HOURS = measure_of("working_hours")


def later(moment: datetime, hours: float) -> datetime:
    """So many hours of business later."""
    passed = HOURS.passed(china(), moment) + max(1, round(hours * HOURS.ticks))
    return HOURS.at(china(), passed)


def code(number: int) -> str:
    return f"330100-2609-{number:07}-97"


def cases(
    count: int, *, seed: int = 1, version: int = 1, first: int = 1
) -> Iterator[CaseProgressed]:
    """The steps of so many cases, case by case."""
    for number in range(first, first + count):
        yield from _Case(number, random.Random(seed * 100_000 + number), version).steps()


class _Case:
    def __init__(self, number: int, chance: random.Random, version: int) -> None:
        self.code, self.number, self.version = code(number), number, version
        self.chance = chance
        self.found: list[tuple[datetime, Change]] = []
        self.given = 0

    def steps(self) -> Iterator[CaseProgressed]:
        begin = later(at("09-01 09:00"), 7 * (self.number % 7) + self.number % 5)
        self.found.append((begin, _opened(begin)))
        now = self.task("register", begin, 4)
        now = self.task("planning", now, 30)
        several = [self.task(name, now, hours) for name, hours in self.side_by_side()]
        now = self.task("joint", max(several), 8)
        now = self.task("fee", now, 3) if self.number % 3 else now
        now = self.task("decision", now, 12)
        now = self.task("licence", now, 2)
        self.found.append((now, Decided(outcome="approved", reasons=(), conditions=())))
        for place, (when, change) in enumerate(sorted(self.found, key=lambda it: it[0]), 1):
            yield CaseProgressed(
                case=self.code,
                number=place,
                at=when,
                item=ITEM,
                item_version=self.version,
                region="330106" if self.number % 4 else "330200",
                state="open",
                changes=(change,),
            )

    def side_by_side(self) -> list[tuple[str, float]]:
        names = ("fire", "environment", "water", "traffic", "health", "police")
        hours = (90 if self.version == 1 else 40, 60, 20, 16, 24, 12)
        return list(zip(names, hours, strict=True))

    def task(self, name: str, assigned: datetime, hours: float) -> datetime:
        """The end of a task that takes about so many hours."""
        if name == "environment" and self.number % 7 == 0:
            assigned = self.once(name, assigned, 10, declined=True)
        return self.once(name, assigned, hours)

    def once(
        self, name: str, assigned: datetime, hours: float, *, declined: bool = False
    ) -> datetime:
        department, title = TASKS[name]
        self.given += 1
        key = {"task": name, "assignment": f"{name}.{self.given}"}
        own = {**key, "department": department}
        handling = Limit(amount=5)
        self.found.append(
            (assigned, Assigned(**own, title=title, acceptance=Limit(amount=1), handling=handling))
        )
        begun = later(assigned, self.chance.uniform(0.5, hours / 3))
        acts = {"officer": f"officer of {department}"}
        self.found.append((begun, Accepted(**own, **acts, stated_at=begun)))
        done = later(begun, self.chance.uniform(hours / 4, hours / 2))
        if name == "fire" and self.number % 5 == 0:
            done = self.sent_back(own, key, acts, begun, done)
        answer = {**own, **acts, "stated_at": done}
        if declined:
            self.found.append((done, Declined(**answer, reason="not ours", proposal="")))
        else:
            self.found.append((done, _completed(answer)))
        return done

    def sent_back(self, own, key, acts, begun: datetime, done: datetime) -> datetime:
        half, pause = begun + (done - begun) / 2, timedelta(hours=30)
        laws = {"legal_basis": "Art. 32"}
        self.found += [
            (half, Returned(**own, **acts, missing=(), **laws, stated_at=half)),
            (half, Suspended(**key, reason="papers are missing", **laws)),
            (half + pause, Supplemented(fields=(), materials=(FILE,), deferrals_met=(), note="")),
            (half + pause, Resumed(**key, reason="handed in")),
        ]
        return done + pause


def _opened(begin: datetime) -> Opened:
    return Opened(
        title=TITLE,
        applicant="杭州某某有限公司",
        channel="portal",
        received_at=begin,
        accepted_at=begin,
        lead="development-reform",
        statutory=Limit(amount=20),
        promised=Limit(amount=10),
    )


def _completed(answer) -> Completed:
    return Completed(
        **answer,
        outcome="approved",
        opinion="somebody's opinion",
        legal_basis="",
        conditions=(),
        documents=(),
    )
