"""All clocks of a case in its own row: see services/supervision/packing.py."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.database import Moment
from shared.jsontext import text_of

revision = "0003"
down_revision = "0002"

AT_ONCE = 500

CASES = sa.table(
    "cases",
    sa.column("code", sa.String()),
    sa.column("clocks", sa.Text()),
    sa.column("next_at", Moment()),
    sa.column("provisional", sa.Boolean()),
)
KEEP = (
    sa.update(CASES)
    .where(CASES.c.code == sa.bindparam("of"))
    .values({name: sa.bindparam(name) for name in ("clocks", "next_at", "provisional")})
)
CLOCKS = sa.table(
    "clocks",
    *(
        sa.column(name, kind)
        for name, kind in {
            "id": sa.String(),
            "case_code": sa.String(),
            "kind": sa.String(),
            "subject": sa.String(),
            "department": sa.String(),
            "task": sa.String(),
            "title": sa.Text(),
            "source": sa.String(),
            "limit": sa.Text(),
            "due_at": Moment(),
            "provisional": sa.Boolean(),
            "ended_at": Moment(),
            "rungs": sa.Text(),
            "next_at": Moment(),
        }.items()
    ),
)


def upgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("clocks", sa.Text(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("next_at", Moment()))
        table.add_column(
            sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    _move()
    with op.batch_alter_table("cases") as table:
        table.alter_column("clocks", server_default=None)
        table.alter_column("provisional", server_default=None)
    op.drop_table("clocks")
    coming, provisional = sa.text("next_at IS NOT NULL"), sa.text("provisional")
    op.create_index(
        "cases_coming",
        "cases",
        ["next_at", "code"],
        sqlite_where=coming,
        postgresql_where=coming,
    )
    op.create_index(
        "cases_provisional",
        "cases",
        ["code"],
        sqlite_where=provisional,
        postgresql_where=provisional,
    )


def _move() -> None:
    connection, after = op.get_bind(), ""
    codes = sa.select(CASES.c.code).order_by(CASES.c.code).limit(AT_ONCE)
    while some := list(connection.execute(codes.where(CASES.c.code > after)).scalars()):
        after = some[-1]
        of_case: dict[str, list[Any]] = defaultdict(list)
        chosen = sa.select(CLOCKS).where(CLOCKS.c.case_code.in_(some)).order_by(CLOCKS.c.id)
        for row in connection.execute(chosen):
            of_case[row.case_code].append(row)
        update = sa.update(CASES).where(CASES.c.code == sa.bindparam("of"))
        connection.execute(
            update.values(
                {name: sa.bindparam(name) for name in ("clocks", "next_at", "provisional")}
            ),
            [_packed(code, of_case[code]) for code in some],
        )


def _packed(code: str, rows: list[Any]) -> dict[str, Any]:
    titles: dict[str, int] = {}
    limits: dict[str, int] = {}
    ladders: dict[str, int] = {}
    lines = [
        [
            row.kind,
            row.subject,
            row.department,
            row.task,
            row.source,
            _iso(row.due_at),
            row.provisional,
            _iso(row.ended_at),
            _iso(row.next_at),
            titles.setdefault(row.title, len(titles)),
            limits.setdefault(row.limit, len(limits)),
            ladders.setdefault(row.rungs, len(ladders)),
        ]
        for row in rows
    ]
    shared = {"titles": list(titles), "limits": list(limits), "ladders": list(ladders)}
    return {
        "of": code,
        "clocks": text_of({**shared, "clocks": lines}),
        "next_at": min((row.next_at for row in rows if row.next_at), default=None),
        "provisional": any(row.provisional and row.ended_at is None for row in rows),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
