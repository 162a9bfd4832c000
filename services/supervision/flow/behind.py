"""The cases behind a task or an edge of a map, so that every figure can be followed to them."""

from datetime import datetime
from itertools import starmap

from services.supervision.flow.courses import Course
from services.supervision.flow.figures import HOUR, elapsed_in
from services.supervision.flow.flows import END, START
from services.supervision.flow.reading import Read, course_of
from shared.worktime import Calendars


def cases_behind(
    got: Read, calendars: Calendars, ends: tuple[str, str] | None = None
) -> list[tuple[Course, float]]:
    """The cases behind a task (`(task, "")`), an edge or, for None, the whole map; each with the
    hours of business that it took there, the longest first. Touches no database."""
    found = []
    for row, assigned in got.cases:
        one = course_of(row, assigned, got.stops)
        times = list(starmap(elapsed_in(calendars.of(row.region)), spans(one, ends)))
        if times:
            found.append((one, sum(times) / HOUR))
    return sorted(found, key=lambda it: (-it[1], it[0].case))


def spans(one: Course, ends: tuple[str, str] | None) -> list[tuple[datetime, datetime]]:
    """From when to when a case was at a node, without stops, or on an edge; all of it for None."""
    if ends is None:
        return [(one.opened, one.closed)]
    before, after = ends
    if after == START and before != START:  # a node: (task, "")
        return [span for it in one.assignments if it.node == before for span in it.handled]
    if after == END:
        if one.last is None:
            return [(one.opened, one.closed)] if before == START else []
        last = one.assignments[one.last]
        return [(last.ended, one.closed)] if last.node == before else []
    return [
        (one.opened if earlier is None else one.assignments[earlier].ended, it.began)
        for it, earlier in zip(one.assignments, one.follows, strict=True)
        if it.node == after
        and (START if earlier is None else one.assignments[earlier].node) == before
    ]
