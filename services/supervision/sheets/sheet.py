"""A sheet from its rows. Pure.

A tally is a row for all facts that are alike in everything that figures ask for, with their number:
a hundred thousand facts come to some hundred rows, and what is counted from them is the same.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.supervision.sheets.figures import DISTRIBUTION, FIGURES, Figure


@dataclass(frozen=True, kw_only=True)
class Value:
    """What a figure came to: None where nothing was there to count it from. `count` facts are what
    it is about, in all `of` them."""

    value: float | None
    count: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What no fact tells: cards by rung, and how many applicants gave each level."""

    cards: Mapping[str, int] = field(default_factory=dict)
    ratings: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The figures of a department (empty: of all of them), by key."""

    department: str
    values: Mapping[str, Value]
    distribution: Mapping[str, Value]


def sheet(department: str, tallies: Iterable[Any], beside: Beside) -> Sheet:
    """Count every figure once."""
    rows = list(tallies)
    return Sheet(
        department=department,
        values={it.key: value_of(it, rows, beside) for it in FIGURES},
        distribution={it.key: value_of(it, rows, beside) for it in DISTRIBUTION},
    )


def value_of(figure: Figure, rows: Sequence[Any], beside: Beside) -> Value:
    """What a figure comes to."""
    match figure.kind:
        case "cards":
            number = beside.cards.get(figure.key, 0)
            return Value(value=number, count=number, of=number)
        case "rate":
            number, of = sum(beside.cards.values()), _number(rows)
            return Value(value=100 * number / of if of else None, count=number, of=of)
        case "rating":
            number = sum(beside.ratings.values())
            levels = [(float(level), often) for level, often in beside.ratings.items()]
            return Value(value=mean(levels), count=number, of=number)
    chosen = [row for row in rows if figure.chosen(row)]
    count = _number(chosen)
    if figure.kind == "count":
        return Value(value=count, count=count, of=_number(rows))
    if figure.kind == "share":
        assert figure.of, "a share is of something"
        of = _number([row for row in rows if figure.of(row)])
        return Value(value=count / of if of else None, count=count, of=of)
    assert figure.measure, "a mean is of something"
    measured = [(float(figure.measure(row)), row.count) for row in chosen]
    take = mean if figure.kind == "mean" else p90
    return Value(value=take(measured), count=count, of=count)


def mean(measured: Sequence[tuple[float, int]]) -> float | None:
    """The mean of numbers, each given with how often it occurs; None of none."""
    often = sum(count for _number, count in measured)
    return math.fsum(number * count for number, count in measured) / often if often else None


def p90(measured: Sequence[tuple[float, int]]) -> float | None:
    """The least of the numbers that 90 in 100 of them do not exceed (nearest rank: Hyndman and Fan,
    "Sample Quantiles in Statistical Packages", 1996, definition 1); None of none."""
    often = sum(count for _number, count in measured)
    rank, passed = math.ceil(often * 9 / 10), 0
    for number, count in sorted(measured):
        passed += count
        if passed >= rank:
            return number
    return None


def _number(rows: Sequence[Any]) -> int:
    return sum(row.count for row in rows)
