"""Courses of cases, short enough to read in a test. Monday 21 September 2026 is day 21."""

from datetime import datetime

from services.supervision.flow.courses import Assignment, Course, course
from services.supervision.flow.figures import elapsed_in
from shared.businesstime import CHINA
from shared.worktime import china

ELAPSED = elapsed_in(china())


def at(text: str) -> datetime:
    """`21 10:00` of September 2026, in China."""
    return datetime.strptime(f"2026-09-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


def task(
    name: str,
    department: str,
    assigned: str,
    began: str,
    ended: str,
    *,
    outcome: str = "completed",
    part: str = "",
    returns: int = 0,
    stopped: tuple[tuple[str, str], ...] = (),
) -> Assignment:
    return Assignment(
        task=part or name,
        node=name,
        department=department,
        assigned=at(assigned),
        began=at(began),
        ended=at(ended),
        outcome=outcome,
        returns=returns,
        stops=len(stopped),
        stopped=tuple((at(since), at(until)) for since, until in stopped),
    )


def case(code: str, opened: str, closed: str, *tasks: Assignment) -> Course:
    return course(code, at(opened), at(closed), tasks)


def side_by_side(code: str = "one") -> Course:
    """A look; then fire and water side by side, of which fire takes longer; then the decision.

    Business is from 9 to 12 and from 13 to 17.
    """
    return case(
        code,
        "21 09:00",
        "23 12:00",
        task("look", "window", "21 09:00", "21 10:00", "21 11:00"),
        task("fire", "fire-rescue", "21 11:00", "21 14:00", "22 16:00"),
        task("water", "water", "21 11:00", "21 11:00", "21 12:00"),
        task("decide", "planning", "22 16:00", "22 17:00", "23 11:00"),
    )


def again(code: str = "two") -> Course:
    """A look that was declined and given out again."""
    return case(
        code,
        "24 09:00",
        "24 17:00",
        task("look", "window", "24 09:00", "24 10:00", "24 11:00", outcome="declined"),
        task("look", "hall", "24 11:00", "24 11:00", "24 17:00", returns=1),
    )
