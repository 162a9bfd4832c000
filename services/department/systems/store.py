"""What departments' systems are to be told, as a queue that several processes share.

Times here are real time, not business time: they are about requests, leases and other people's
clocks. Whoever takes news up holds it until `due_at`; a holder that dies holds it no longer.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.department.domain import OPEN
from services.department.store import tasks
from services.department.systems import tables
from services.department.systems.line import Line
from services.department.systems.news import Kind, News, id_of
from shared.database import insert_new, upsert

PAGE = 500
_UNTOLD = tables.news.c.told_at.is_(None)


def add(tx: sa.Connection, found: Iterable[tuple[str, str, Kind, str]], now: datetime) -> None:
    """Note news, each as (department, assignment, kind, id of the message), in this order."""
    numbers: dict[str, int] = {}
    rows = []
    for department, assignment, kind, message_id in found:
        if assignment not in numbers:
            numbers[assignment] = _last_number(tx, assignment)
        numbers[assignment] += 1
        news = News(
            id=id_of(kind, assignment, message_id),
            department=department,
            assignment=assignment,
            number=numbers[assignment],
            kind=kind,
            made_at=now,
            due_at=now,
        )
        rows.append(dict(vars(news)))
    insert_new(tx, tables.news, rows)


def _last_number(tx: sa.Connection, assignment: str) -> int:
    query = sa.select(sa.func.max(tables.news.c.number))
    return tx.execute(query.where(tables.news.c.assignment == assignment)).scalar() or 0


def add_open_tasks(tx: sa.Connection, department: str, now: datetime) -> int:
    """Note every open task of a department of which its system knows nothing; how many."""
    known = sa.exists().where(tables.news.c.assignment == tasks.c.assignment)
    query = sa.select(tasks.c.assignment).where(
        tasks.c.department == department,
        tasks.c.assigned_at.is_not(None),
        tasks.c.state.in_(OPEN),
        ~known,
    )
    found = tx.execute(query.order_by(tasks.c.assigned_at).limit(PAGE)).scalars().all()
    add(tx, [(department, assignment, "assigned", "") for assignment in found], now)
    return len(found)


def next_due(tx: sa.Connection, department: str) -> datetime | None:
    """When the next news of a department is due; what waits behind older news of its task aside."""
    query = sa.select(sa.func.min(tables.news.c.due_at))
    return tx.execute(query.where(*_first_of(department))).scalar()


def departments_due(
    tx: sa.Connection, departments: Collection[str], now: datetime
) -> frozenset[str]:
    """Which of the departments have news that is due."""
    query = sa.select(tables.news.c.department).distinct()
    due = (_UNTOLD, tables.news.c.due_at <= now, tables.news.c.department.in_(sorted(departments)))
    return frozenset(tx.execute(query.where(*due)).scalars())


def take_up(
    tx: sa.Connection, department: str, now: datetime, *, hold: float, holder: str, limit: int
) -> list[News]:
    """News that is due, oldest first, held for `hold` seconds: the first of each task alone."""
    news = tables.news
    query = (
        sa.select(news)
        .where(*_first_of(department), news.c.due_at <= now)
        .order_by(news.c.made_at, news.c.assignment)
        .limit(limit)
        .with_for_update(skip_locked=True, of=news)
    )
    found = [News(**row._mapping) for row in tx.execute(query)]
    if found:
        until = now + timedelta(seconds=hold)
        held = sa.update(news).where(news.c.id.in_([it.id for it in found]))
        tx.execute(held.values(attempts=news.c.attempts + 1, due_at=until, holder=holder, error=""))
    return found


def _first_of(department: str) -> tuple[Any, ...]:
    news, older = tables.news, tables.news.alias()
    before = sa.exists().where(
        older.c.assignment == news.c.assignment,
        older.c.told_at.is_(None),
        older.c.number < news.c.number,
    )
    return news.c.department == department, _UNTOLD, ~before


def find(tx: sa.Connection, department: str, identity: str) -> News | None:
    """News by its id, locked."""
    query = sa.select(tables.news).where(
        tables.news.c.department == department, tables.news.c.id == identity
    )
    row = tx.execute(query.with_for_update()).first()
    return None if row is None else News(**row._mapping)


def told(tx: sa.Connection, identities: Sequence[str], now: datetime) -> None:
    """The system has these."""
    _change(tx, identities, told_at=now, holder="", error="")


def pass_over(tx: sa.Connection, some: Sequence[News], now: datetime) -> None:
    """These were taken up, but need not be told any more, and were not."""
    identities = [it.id for it in some]
    _change(tx, identities, told_at=now, holder="", attempts=tables.news.c.attempts - 1)


def put_off(tx: sa.Connection, news: News, until: datetime, error: str) -> None:
    """Tell it again, not before a moment."""
    _change(tx, [news.id], due_at=until, holder="", error=error)


def hold(tx: sa.Connection, news: News, until: datetime) -> None:
    """Whoever holds it holds it until then."""
    _change(tx, [news.id], due_at=until)


def put_forward(tx: sa.Connection, department: str, now: datetime) -> None:
    """What waits for a later attempt is due at once; what somebody holds is left to them."""
    waiting = (tables.news.c.department == department, _UNTOLD, tables.news.c.holder == "")
    tx.execute(sa.update(tables.news).where(*waiting).values(due_at=now))


def give_back(tx: sa.Connection, some: Sequence[News], now: datetime) -> None:
    """These were taken up, but nobody tried to tell them."""
    _change(
        tx,
        [it.id for it in some],
        due_at=now,
        holder="",
        attempts=tables.news.c.attempts - 1,
    )


def _change(tx: sa.Connection, identities: Sequence[str], **values: Any) -> None:
    chosen = tables.news.c.id.in_(list(identities))
    tx.execute(sa.update(tables.news).where(chosen, _UNTOLD).values(**values))


def heard_before(tx: sa.Connection, some: Collection[News]) -> frozenset[str]:
    """Of which tasks the system may know, because it was tried to tell older news than this."""
    news = tables.news
    older = [sa.and_(news.c.assignment == it.assignment, news.c.number < it.number) for it in some]
    if not older:
        return frozenset()
    query = sa.select(news.c.assignment).distinct()
    return frozenset(tx.execute(query.where(news.c.attempts > 0, sa.or_(*older))).scalars())


def known(tx: sa.Connection, assignments: Collection[str]) -> frozenset[str]:
    """Of which of these tasks there ever was anything to tell a system."""
    if not assignments:
        return frozenset()
    query = sa.select(tables.news.c.assignment).distinct()
    return frozenset(tx.execute(query.where(tables.news.c.assignment.in_(assignments))).scalars())


def not_heard(tx: sa.Connection, assignment: str) -> News | None:
    """The oldest news of a task that the system cannot know: never told, or told in vain.

    What is being told at this moment may have arrived.
    """
    news = tables.news
    in_vain = sa.or_(news.c.attempts == 0, news.c.error != "")
    query = sa.select(news).where(news.c.assignment == assignment, _UNTOLD, in_vain)
    row = tx.execute(query.order_by(news.c.number).limit(1)).first()
    return None if row is None else News(**row._mapping)


def line(tx: sa.Connection, department: str, *, to_change: bool = False) -> Line:
    """The line to a department's system; locked when it is to be changed."""
    chosen = tables.lines.c.department == department
    if to_change:
        insert_new(tx, tables.lines, [dict(vars(Line(department=department)))])
        row = tx.execute(sa.select(tables.lines).where(chosen).with_for_update()).one()
        return Line(**row._mapping)
    found = tx.execute(sa.select(tables.lines).where(chosen)).first()
    return Line(**found._mapping) if found else Line(department=department)


def keep_line(tx: sa.Connection, changed: Line) -> None:
    """Keep a line as it is now."""
    upsert(tx, tables.lines, [dict(vars(changed))])


def waiting(tx: sa.Connection, department: str) -> tuple[int, datetime | None]:
    """How much a system has still to be told, and since when the oldest waits."""
    query = sa.select(sa.func.count(), sa.func.min(tables.news.c.made_at))
    row = tx.execute(query.where(tables.news.c.department == department, _UNTOLD)).one()
    return int(row[0]), row[1]


def in_vain(tx: sa.Connection, department: str, limit: int) -> list[News]:
    """News that could not be told so far, oldest first."""
    query = sa.select(tables.news).where(
        tables.news.c.department == department, _UNTOLD, tables.news.c.error != ""
    )
    rows = tx.execute(query.order_by(tables.news.c.made_at).limit(limit))
    return [News(**row._mapping) for row in rows]
