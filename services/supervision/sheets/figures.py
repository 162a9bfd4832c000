"""The figures of a sheet: what each counts, of what, and what it is called.

`chosen` says which facts a figure is about. It is one expression for the database's columns and for
a row of the tally, so the list behind a figure is what the figure was counted from. That is why it
is written with `&`, `|` and comparisons only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from shared.messages.parts import Text, Unit

Chosen = Callable[[Any], Any]
Kind = Literal["count", "share", "mean", "p90", "cards", "rate", "rating"]
Shown = Literal["number", "percent", "units", "rating"]
DAYS: Unit = "working_days"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure. A `share` is `chosen` in all of `of`; a `mean` and a `p90` are of `measure`."""

    key: str
    kind: Kind
    title: Text
    chosen: Chosen
    of: Chosen | None = None
    measure: Chosen | None = None
    shown: Shown = "number"
    unit: str = ""


def everything(fact: Any) -> Any:
    """Every assignment that ended."""
    return fact.budget >= 0


def completed(fact: Any) -> Any:
    """Those that the department answered."""
    return fact.ending == "completed"


def measured(fact: Any) -> Any:
    """Those that count for the on-time rate: with a limit, and answered, or late however they
    ended. What was taken away or given back in time says nothing of punctuality."""
    return (fact.budget > 0) & ((fact.ending == "completed") | (fact.lateness == 1))


def on_time(fact: Any) -> Any:
    return measured(fact) & (fact.lateness == 0)


def late(fact: Any) -> Any:
    return measured(fact) & (fact.lateness == 1)


def taken_up(fact: Any) -> Any:
    """Those whose acceptance says something: with a limit to accept, and accepted or answered, or
    late in it."""
    answered = (fact.answered == 1) | (fact.ending == "completed") | (fact.ending == "declined")
    return (fact.acceptance_budget > 0) & (answered | (fact.acceptance_lateness == 1))


def _ending(name: str) -> Chosen:
    return lambda fact: fact.ending == name


def _in_unit(chosen: Chosen, column: str, unit: str) -> Chosen:
    return lambda fact: chosen(fact) & (getattr(fact, column) == unit)


def _between(low: float, high: float | None) -> Chosen:
    def chosen(fact: Any) -> Any:
        above = measured(fact) & (fact.used > low * fact.budget)
        if low == 0:
            above = measured(fact)
        return above if high is None else above & (fact.used <= high * fact.budget)

    return chosen


def _count(key: str, zh: str, en: str, chosen: Chosen) -> Figure:
    return Figure(key=key, kind="count", title=Text(zh=zh, en=en), chosen=chosen)


def _share(key: str, zh: str, en: str, chosen: Chosen, of: Chosen) -> Figure:
    title = Text(zh=zh, en=en)
    return Figure(key=key, kind="share", title=title, chosen=chosen, of=of, shown="percent")


def _cards(key: str, zh: str, en: str) -> Figure:
    return Figure(key=key, kind="cards", title=Text(zh=zh, en=en), chosen=everything)


UNITS = {
    DAYS: Text(zh="工作日", en="working days"),
    "working_hours": Text(zh="工作小时", en="working hours"),
    "calendar_days": Text(zh="自然日", en="calendar days"),
}


def _used(unit: str, name: Text) -> tuple[Figure, ...]:
    handled, accepted = (
        _in_unit(measured, "unit", unit),
        _in_unit(taken_up, "acceptance_unit", unit),
    )
    said = {"shown": "units", "unit": unit}
    used, waited = (lambda fact: fact.used), (lambda fact: fact.acceptance_used)
    return (
        Figure(
            key=f"used_mean_{unit}",
            kind="mean",
            title=Text(zh=f"平均办理用时（{name.zh}）", en=f"Mean time used ({name.en})"),
            chosen=handled,
            measure=used,
            **said,  # type: ignore[arg-type]
        ),
        Figure(
            key=f"used_p90_{unit}",
            kind="p90",
            title=Text(zh=f"办理用时 90 分位（{name.zh}）", en=f"90% used at most ({name.en})"),
            chosen=handled,
            measure=used,
            **said,  # type: ignore[arg-type]
        ),
        Figure(
            key=f"acceptance_mean_{unit}",
            kind="mean",
            title=Text(zh=f"平均签收用时（{name.zh}）", en=f"Mean acceptance delay ({name.en})"),
            chosen=accepted,
            measure=waited,
            **said,  # type: ignore[arg-type]
        ),
    )


BUCKETS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, None)
"""Shares of the limit; a bar of the chart lies between two of them, the last one above."""


def _bucket(low: float, high: float | None) -> Figure:
    said = f"{low:.0%} – {high:.0%}" if high is not None else f"> {low:.0%}"
    return _count(f"share_from_{low * 100:.0f}", said, said, _between(low, high))


DISTRIBUTION = tuple(_bucket(low, high) for low, high in pairwise(BUCKETS) if low is not None)

FIGURES = (
    _count("ended", "结束的任务", "Tasks ended", everything),
    _count("completed", "办结", "Completed", completed),
    _count("measured", "计入按时率", "Counted for the on-time rate", measured),
    _share("on_time_rate", "按时办结率", "On-time rate", on_time, measured),
    _count("on_time", "按时", "On time", on_time),
    _count("late", "超时", "Late", late),
    *(figure for unit, name in UNITS.items() for figure in _used(unit, name)),
    Figure(
        key="share_p90",
        kind="p90",
        title=Text(zh="时限占用 90 分位", en="90% used at most, of the limit"),
        chosen=measured,
        measure=lambda fact: fact.used / fact.budget,
        shown="percent",
    ),
    _share(
        "acceptance_on_time_rate",
        "按时签收率",
        "Accepted in time",
        lambda fact: taken_up(fact) & (fact.acceptance_lateness == 0),
        taken_up,
    ),
    _share(
        "return_rate",
        "退回补正率",
        "Returned to the applicant",
        lambda fact: fact.returns > 0,
        everything,
    ),
    _share("decline_rate", "退件率", "Declined", _ending("declined"), everything),
    _count("transferred", "转办", "Transferred away", _ending("transferred")),
    _count("cancelled", "取消", "Taken back", _ending("cancelled")),
    _count("deemed", "超时默许", "Deemed approved", _ending("deemed")),
    _count("stopped", "曾中止计时", "With a stop of the clock", lambda fact: fact.stops > 0),
    _cards("yellow", "黄牌", "Yellow cards"),
    _cards("red", "红牌", "Red cards"),
    Figure(
        key="cards_per_100",
        kind="rate",
        title=Text(zh="每百件红黄牌", en="Cards per 100 tasks"),
        chosen=everything,
    ),
    Figure(
        key="satisfaction",
        kind="rating",
        title=Text(zh="满意度（5 分制）", en="Satisfaction (of 5)"),
        chosen=everything,
    ),
)
CARD_FIGURES = frozenset(it.key for it in FIGURES if it.kind in ("cards", "rate"))
OF_KEY = {figure.key: figure for figure in (*FIGURES, *DISTRIBUTION)}
