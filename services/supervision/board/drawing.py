"""A timeline as a picture: where everything of it goes, in the units of the drawing. Pure.

The template draws it; here is only the geometry. Time runs from left to right, a row a task, the
case itself on top, and above it what was before its acceptance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.supervision.beforehand import Milestone
from services.supervision.timeline import Bar, Due, Pause
from shared.worktime import Calendar

WIDTH, LABELS, ROW, HEAD = 1000.0, 232.0, 40.0, 26.0
LEAST = 3.0
"""What happened in a moment is still seen."""
STEPS = (1, 2, 7, 14, 28, 56, 112, 224, 448)
"""Days between two lines of the scale."""
APART = 19.0
"""From one milestone to the next, so that none hides another."""
MOST_TICKS = 10
MOST_DAYS = 130
"""In a longer time days off are too narrow to be seen."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something from `x` on, `width` wide."""

    x: float
    width: float
    what: Pause | None = None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A due date."""

    x: float
    due: Due


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A milestone: it stands at `x` and is drawn at `shown`, where it hides no other."""

    x: float
    shown: float
    what: Milestone


@dataclass(frozen=True, kw_only=True)
class Row:
    """A bar, its part before the department took the task up, its pauses, its due dates and its
    milestones."""

    y: float
    bar: Bar
    whole: Span
    before: Span | None
    late: Span | None
    pauses: tuple[Span, ...]
    marks: tuple[Mark, ...]
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The whole picture. `ticks` are days of the scale, `off` spans of days off."""

    height: float
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, datetime], ...]
    off: tuple[Span, ...]
    now: float | None


class _Scale:
    def __init__(self, first: datetime, last: datetime, calendar: Calendar) -> None:
        self.begin = _midnight(first, calendar)
        self.end = _midnight(last, calendar) + timedelta(days=1)
        self.days = max(1, (self.end - self.begin).days)
        self._factor = (WIDTH - LABELS - 8) / (self.end - self.begin).total_seconds()

    def x(self, at: datetime) -> float:
        inside = min(max(at, self.begin), self.end)
        return round(LABELS + (inside - self.begin).total_seconds() * self._factor, 1)

    def span(self, begin: datetime, end: datetime, what: Pause | None = None) -> Span:
        x = self.x(begin)
        return Span(x=x, width=round(max(LEAST, self.x(end) - x), 1), what=what)


def drawing(bars: Sequence[Bar], calendar: Calendar, now: datetime) -> Drawing:
    """The picture of these bars, of which there is one at least."""
    moments = [moment for bar in bars for moment in _moments(bar)]
    is_open = any(bar.end is None for bar in bars)
    scale = _Scale(min(moments), max([*moments, now] if is_open else moments), calendar)
    return Drawing(
        height=HEAD + ROW * len(bars) + 6,
        rows=tuple(_row(number, bar, scale, now) for number, bar in enumerate(bars)),
        ticks=tuple(_ticks(scale)),
        off=tuple(_off(scale, calendar)),
        now=scale.x(now) if is_open else None,
    )


def _row(number: int, bar: Bar, scale: _Scale, now: datetime) -> Row:
    end = bar.end or now
    accepted = bar.accepted_at or (None if bar.assignment else bar.begin)
    due = max((it.at for it in bar.dues if it.missed and it.kind != "acceptance"), default=None)
    return Row(
        y=HEAD + ROW * number,
        bar=bar,
        whole=scale.span(bar.begin, end),
        before=scale.span(bar.begin, accepted or end) if accepted != bar.begin else None,
        late=scale.span(due, end) if due and due < end else None,
        pauses=tuple(scale.span(it.begin, it.end or end, it) for it in bar.pauses),
        marks=tuple(Mark(x=scale.x(it.at), due=it) for it in bar.dues),
        signs=_signs(bar.milestones, scale),
    )


def _signs(milestones: Sequence[Milestone], scale: _Scale) -> tuple[Sign, ...]:
    """In order, beside each other and within the frame."""
    places = [scale.x(it.at) for it in milestones]
    shown = list(places)
    for place in range(1, len(shown)):
        shown[place] = max(shown[place], shown[place - 1] + APART)
    room = WIDTH - APART / 2
    for place in reversed(range(len(shown))):
        shown[place] = min(shown[place], room)
        room = shown[place] - APART
    return tuple(
        Sign(x=x, shown=round(at, 1), what=it)
        for x, at, it in zip(places, shown, milestones, strict=True)
    )


def _moments(bar: Bar) -> Iterator[datetime]:
    yield bar.begin
    if bar.end:
        yield bar.end
    yield from (due.at for due in bar.dues)
    yield from (it.at for it in bar.milestones)


def _ticks(scale: _Scale) -> Iterator[tuple[float, datetime]]:
    step = next((it for it in STEPS if scale.days / it <= MOST_TICKS), STEPS[-1])
    for number in range(0, scale.days, step):
        at = scale.begin + timedelta(days=number)
        yield scale.x(at), at


def _off(scale: _Scale, calendar: Calendar) -> Iterator[Span]:
    if scale.days > MOST_DAYS:
        return
    begin: datetime | None = None
    for number in range(scale.days + 1):
        at = scale.begin + timedelta(days=number)
        off = number < scale.days and not calendar.is_working(at.date())
        if off and begin is None:
            begin = at
        elif not off and begin is not None:
            yield scale.span(begin, at)
            begin = None


def _midnight(at: datetime, calendar: Calendar) -> datetime:
    return datetime.combine(calendar.local(at), time.min, calendar.zone)
