"""The sheets of a period as a table: what every export and the command line show. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.supervision.sheets.figures import FIGURES, Figure
from services.supervision.sheets.rules import Rules, Score, scored
from services.supervision.sheets.sheet import Sheet, Value
from services.supervision.sheets.words import said
from shared.messages.parts import Text

ALL = Text(zh="全部部门", en="All departments")
DEPARTMENT, SCORE, GRADE = (
    Text(zh="部门", en="Department"),
    Text(zh="得分", en="Score"),
    Text(zh="等次", en="Grade"),
)
RARE = ("working_hours", "calendar_days")
"""Figures in these units are shown where there are any."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The sheet of a department with its score."""

    sheet: Sheet
    score: Score


@dataclass(frozen=True, kw_only=True)
class Report:
    """All sheets of a period: the first is of all departments together.

    What follows `version` is of one that was published, and is as it was then: `months` are on time
    and late by the name of the month, by department; `listed` says whether what was counted is kept
    (see `kept`). Those that were published before there were such lists have neither.
    """

    period: str
    region: str
    rules: str
    at: datetime
    lines: tuple[Line, ...]
    version: int = 0
    by: str = ""
    reason: str = ""
    months: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    listed: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that are shown: the rare ones only where there is something to show."""
        return tuple(it for it in FIGURES if it.unit not in RARE or self._has(it))

    def _has(self, figure: Figure) -> bool:
        return any(it.sheet.values[figure.key].value is not None for it in self.lines)

    def line(self, department: str) -> Line | None:
        """That of a department; None where nothing of it ended in the period."""
        return next((it for it in self.lines if it.sheet.department == department), None)

    def only(self, department: str) -> "Report":
        """The same with the line of one department alone; all lines where none is named."""
        if not department:
            return self
        own = self.line(department)
        return replace(self, lines=(own,) if own else ())


def report(
    sheets: Sequence[Sheet], rules: Rules, *, period: str, region: str, at: datetime
) -> Report:
    """The report of these sheets by the rules."""
    lines = tuple(Line(sheet=it, score=scored(it, rules)) for it in sheets)
    return Report(period=period, region=region, rules=rules.version, at=at, lines=lines)


def table(told: Report, language: str, name: Callable[[str], str]) -> list[list[str]]:
    """The heading and a row for each department; `name` says what a department is called."""
    titles = [getattr(it.title, language) for it in told.figures]
    head = [getattr(it, language) for it in (DEPARTMENT, SCORE, GRADE)]
    return [[*head, *titles]] + [_row(it, told.figures, language, name) for it in told.lines]


def plain(told: Report) -> dict[str, Any]:
    """A report as JSON has it, and as it is kept when it is published."""
    months = {"months": told.months} if told.months else {}
    return {
        "period": told.period,
        "region": told.region,
        "rules": told.rules,
        "at": told.at.isoformat(),
        "version": told.version,
        "by": told.by,
        "reason": told.reason,
        **months,
        "departments": [
            {
                "department": it.sheet.department,
                "score": it.score.score,
                "grade": {"zh": it.score.grade.zh, "en": it.score.grade.en}
                if it.score.grade
                else None,
                "marks": [vars(mark) for mark in it.score.marks],
                "figures": {key: vars(value) for key, value in it.sheet.values.items()},
                "distribution": {key: vars(value) for key, value in it.sheet.distribution.items()},
            }
            for it in told.lines
        ],
    }


def _row(
    line: Line, figures: Sequence[Figure], language: str, name: Callable[[str], str]
) -> list[str]:
    values: Mapping[str, Value] = line.sheet.values
    own = line.sheet.department
    grade = getattr(line.score.grade, language) if line.score.grade else ""
    score = "" if line.score.score is None else f"{line.score.score:.1f}"
    cells = [said(it, values[it.key], language) for it in figures]
    return [name(own) if own else getattr(ALL, language), score, grade, *cells]
