"""What a policy says of a rung beyond its moment: who is told, by what, and what must follow.

red:                                  # the short form is the moment alone: `red: at due`
  when: 2 working days after due      # left out: only where a lower rung leads to it
  to: [head]                          # roles; nobody by name without
  channels: [dingtalk, mail]          # in this order; else the order of each person
  acknowledge: 4 working hours        # else the next rung fires
  else: centre                        # ... or this one
  may_be_skipped: true                # where nobody of these roles is there
  break_quiet_hours: true             # from red on
  order: reassign                     # routing hands the task on to the lead department
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.supervision.ladder import RUNGS
from services.supervision.posts import ROLES
from shared.errors import Fault, Invalid
from shared.lights import Hours, Ladder, rule
from shared.worktime import Calendar, Ledger

KEYS = ("when", "to", "channels", "acknowledge", "else", "may_be_skipped", "break_quiet_hours")
LOUD = RUNGS[RUNGS.index("red") :]
"""The rungs that may break quiet hours."""
_WITHIN = re.compile(r"([1-9]\d{0,2}) working (day|hour)s?")
_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,19}")
Order = Literal["", "reassign"]


@dataclass(frozen=True, kw_only=True)
class Within:
    """A time in which something must follow, in working days or hours."""

    amount: int
    unit: Literal["working_days", "working_hours"]

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        """When it is over; the day of `start` does not count."""
        due = Ledger.starting(start, self.amount, self.unit).due_date(calendar)
        assert due is not None, "what was not stopped ends"
        return due


@dataclass(frozen=True, kw_only=True)
class RungPolicy:
    """A rung as a policy writes it. No `when`: it is only reached from a lower one. `otherwise` is
    the key `else`."""

    name: str
    when: str = ""
    to: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    acknowledge: Within | None = None
    otherwise: str = ""
    may_be_skipped: bool = False
    break_quiet_hours: bool = False
    order: Order = ""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A ladder as a policy writes it, its rungs from the lowest to the highest."""

    rungs: tuple[RungPolicy, ...] = ()
    climbed: Ladder = ()

    def rung(self, name: str) -> RungPolicy:
        """What is written of a rung; of one that the item adds, nothing."""
        return next((it for it in self.rungs if it.name == name), RungPolicy(name=name))

    def above(self, name: str) -> Iterator[RungPolicy]:
        """The rungs that are higher than one, nearest first."""
        return (it for it in self.rungs if RUNGS.index(it.name) > RUNGS.index(name))

    def after(self, name: str) -> RungPolicy | None:
        """The rung that fires where nobody acknowledges this one."""
        otherwise = self.rung(name).otherwise
        return self.rung(otherwise) if otherwise else next(self.above(name), None)


def written(data: Mapping[str, Any], field: str) -> Written:
    """A ladder from what YAML gives. Raises Invalid naming every field that is wrong."""
    faults: list[Fault] = []
    rungs = [_rung(name, it, f"{field}.{name}", faults) for name, it in data.items()]
    if not faults:
        rungs.sort(key=lambda it: RUNGS.index(it.name))
        faults += _faults_of_next(rungs, field)
    if faults:
        raise Invalid(*faults)
    climbed = tuple((it.name, it.when) for it in rungs if it.when)
    return Written(rungs=tuple(rungs), climbed=climbed)


def _rung(name: str, data: Any, field: str, faults: list[Fault]) -> RungPolicy:
    said = data if isinstance(data, dict) else {"when": data}
    faults += _faults_of_rung(name, said, field)
    within = _WITHIN.fullmatch(str(said.get("acknowledge", "")))
    return RungPolicy(
        name=name,
        when=str(said.get("when", "")),
        to=names(said.get("to")),
        channels=names(said.get("channels")),
        acknowledge=_within(within) if within else None,
        otherwise=str(said.get("else", "")),
        may_be_skipped=said.get("may_be_skipped") is True,
        break_quiet_hours=said.get("break_quiet_hours") is True,
        order="reassign" if said.get("order") == "reassign" else "",
    )


def _within(found: re.Match[str]) -> Within:
    unit: Literal["working_days", "working_hours"]
    unit = "working_days" if found[2] == "day" else "working_hours"
    return Within(amount=int(found[1]), unit=unit)


def names(data: Any) -> tuple[str, ...]:
    """One name, or a list of them, as YAML has it."""
    return tuple(map(str, data if isinstance(data, list) else [data] if data else []))


def _faults_of_rung(name: str, said: Mapping[str, Any], field: str) -> Iterator[Fault]:
    if name not in RUNGS:
        yield Fault(field, f"is no rung; a rung is one of {', '.join(RUNGS)}")
    for unknown in said.keys() - {*KEYS, "order"}:
        yield Fault(f"{field}.{unknown}", f"is unknown; there are {', '.join((*KEYS, 'order'))}")
    yield from _faults_of_when(said, field)
    for role in names(said.get("to")):
        if role not in ROLES:
            yield Fault(f"{field}.to", f"{role!r} is no role; a role is one of {', '.join(ROLES)}")
    for channel in names(said.get("channels")):
        if not _CHANNEL.fullmatch(channel):
            yield Fault(f"{field}.channels", f"{channel!r} is no name of a channel such as mail")
    if "acknowledge" in said and not _WITHIN.fullmatch(str(said["acknowledge"])):
        problem = f"{said['acknowledge']!r} is not of the form '4 working hours' or '1 working day'"
        yield Fault(f"{field}.acknowledge", problem)
    if "else" in said and "acknowledge" not in said:
        yield Fault(f"{field}.else", "needs the time within which to acknowledge: acknowledge")
    yield from _faults_of_flags(name, said, field)
    yield from _faults_of_order(said, field)


def _faults_of_when(said: Mapping[str, Any], field: str) -> Iterator[Fault]:
    if "when" in said:
        try:
            rule(str(said["when"]))
        except ValueError as error:
            yield Fault(field, str(error))


def _faults_of_flags(name: str, said: Mapping[str, Any], field: str) -> Iterator[Fault]:
    for flag in ("may_be_skipped", "break_quiet_hours"):
        if not isinstance(said.get(flag, False), bool):
            yield Fault(f"{field}.{flag}", "is true or false")
    if said.get("break_quiet_hours") is True and name in RUNGS and name not in LOUD:
        yield Fault(f"{field}.break_quiet_hours", f"is for {', '.join(LOUD)}; leave it out")
    if said.get("may_be_skipped") is True and not said.get("to"):
        yield Fault(f"{field}.may_be_skipped", "needs the roles that may be skipped: to")


def _faults_of_order(said: Mapping[str, Any], field: str) -> Iterator[Fault]:
    order = said.get("order", "reassign")
    if order == "deemed_approval":
        problem = "no policy grants an approval: the service item says so (silence of its task)"
        yield Fault(f"{field}.order", problem)
    elif order != "reassign":
        yield Fault(f"{field}.order", f"{order!r} is no order; the one that there is: reassign")
    elif "order" in said and _before_due(str(said.get("when", ""))):
        problem = "cannot come before the limit has passed: say 'at due' or later"
        yield Fault(f"{field}.order", problem)


def _before_due(when: str) -> bool:
    try:
        meant = rule(when) if when else 0
    except ValueError:
        return False
    if isinstance(meant, Hours):
        return meant.amount < 0
    return meant < (0 if isinstance(meant, int) else 1)


def _faults_of_next(rungs: list[RungPolicy], field: str) -> Iterator[Fault]:
    names = [it.name for it in rungs]
    led_to = {it.otherwise for it in rungs}
    for place, it in enumerate(rungs):
        higher = names[place + 1 :]
        if it.otherwise and it.otherwise not in higher:
            said = ", ".join(higher) or "none"
            problem = f"{it.otherwise!r} is no higher rung of this ladder; there are {said}"
            yield Fault(f"{field}.{it.name}.else", problem)
        elif it.acknowledge and not higher:
            problem = "nothing follows: write a higher rung, or leave it out"
            yield Fault(f"{field}.{it.name}.acknowledge", problem)
        below = rungs[place - 1] if place else None
        follows = below and below.acknowledge and not below.otherwise
        if not it.when and it.name not in led_to and not follows:
            problem = "is never reached: say when, or lead to it from a lower rung (acknowledge)"
            yield Fault(f"{field}.{it.name}", problem)
