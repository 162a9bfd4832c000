"""What stands open, counted: by department, by item, by light. Pure."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from services.supervision.open_cases import OpenCase, OpenTask
from shared.lights import Light, Timing

if TYPE_CHECKING:  # commands count as well, and need no framework
    from services.supervision.sight import Sight

Key = TypeVar("Key", bound=Hashable)
Open = tuple[OpenCase, OpenTask]


@dataclass(kw_only=True, slots=True)
class Counts:
    """How many of each light, and how many of them fall due today."""

    red: int = 0
    yellow: int = 0
    green: int = 0
    none: int = 0
    today: int = 0

    def add(self, timing: Timing, now: datetime) -> None:
        """Count one more."""
        match timing.light(now):
            case "green":
                self.green += 1
            case "red":
                self.red += 1
            case "yellow":
                self.yellow += 1
                self.today += timing.due_today(now)
            case "none":
                self.none += 1

    @property
    def all(self) -> int:
        return self.red + self.yellow + self.green + self.none

    @property
    def light(self) -> Light:
        """The gravest light of all; none where nothing is open, or all time stands still."""
        if self.red:
            return "red"
        return "yellow" if self.yellow else "green" if self.green else "none"

    @property
    def gravity(self) -> tuple[int, int, int, int]:
        """What is to be looked at first has the least."""
        return (-self.red, -self.yellow, -self.today, -self.all)


def seen(cases: Mapping[str, OpenCase], sight: "Sight") -> list[OpenCase]:
    """The cases that somebody may see."""
    if sight.everywhere:
        return list(cases.values())
    return [case for case in cases.values() if sight.sees(case.region)]


def tasks_of(cases: Iterable[OpenCase], department: str = "") -> Iterator[Open]:
    """The open tasks of cases, of one department if it is named."""
    for case in cases:
        for task in case.tasks:
            if department in ("", task.department):
                yield case, task


def counted(pairs: Iterable[tuple[Key, Timing]], now: datetime) -> dict[Key, Counts]:
    """Counts by whatever each is counted under."""
    found: dict[Key, Counts] = {}
    for key, timing in pairs:
        if key not in found:
            found[key] = Counts()
        found[key].add(timing, now)
    return found


def lit(timing: Timing, asked: str, now: datetime) -> bool:
    """Whether something is among what is asked for: a light, `today`, or all (empty)."""
    if asked == "today":
        return timing.due_today(now)
    return asked in ("", timing.light(now))


def by_end(task: Open) -> tuple[bool, datetime | None, str]:
    """What ends first goes first; what stands still goes last."""
    due = task[1].timing.due_at
    return due is None, due, task[0].code


@dataclass(frozen=True, kw_only=True)
class Wall:
    """Everything on the wall: each department with its open tasks counted, what is to be looked at
    first first; all tasks and all cases; and what falls due today, the next first."""

    departments: list[tuple[str, Counts]]
    tasks: Counts
    cases: Counts
    today: list[Open]

    @property
    def mark(self) -> str:
        """What changes whenever the wall does."""
        return digest(self.departments, self.cases, [it.assignment for _case, it in self.today])


def wall(cases: Sequence[OpenCase], departments: Iterable[str], now: datetime) -> Wall:
    """The wall of these cases. `departments` are shown also when nothing is open there."""
    tasks = list(tasks_of(cases))
    found = counted(((task.department, task.timing) for _case, task in tasks), now)
    for department in departments:
        found.setdefault(department, Counts())
    return Wall(
        departments=sorted(found.items(), key=lambda it: (it[1].gravity, it[0])),
        tasks=summed(found.values()),
        cases=counted((("", case.timing) for case in cases), now).get("", Counts()),
        today=sorted((it for it in tasks if it[1].timing.due_today(now)), key=by_end),
    )


def summed(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    every = list(counts)
    return Counts(**{it: sum(getattr(one, it) for one in every) for it in Counts.__slots__})


def digest(*told: object) -> str:
    """A short mark of what a page shows, the same in every process."""
    return sha256(repr(told).encode()).hexdigest()[:16]
