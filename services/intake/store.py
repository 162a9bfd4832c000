"""The tables of intake, and how domain values go in and come out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from services.intake.domain import Case
from services.intake.tracking import Step, Track
from shared.database import Document, Moment, insert_new, insert_returning, upsert
from shared.messages import CaseProgressed, ItemPublished
from shared.messages.codec import decode, encode
from shared.rows import delete
from shared.statements import Statement

metadata = sa.MetaData()

items = sa.Table(
    "items",
    metadata,
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("published", sa.Text(), nullable=False),
)

serials = sa.Table(
    "serials",
    metadata,
    sa.Column("series", sa.String(40), primary_key=True),
    sa.Column("reserved", sa.BigInteger(), nullable=False),
)

materials = sa.Table(
    "materials",
    metadata,
    sa.Column("digest", sa.String(80), primary_key=True),
    sa.Column("media_type", sa.String(100), primary_key=True),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("stored_at", Moment(), nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("item_version", sa.Integer(), nullable=False),
    sa.Column("received_at", Moment(), nullable=False),
    sa.Column("withdrawn_at", Moment()),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("application", Document, nullable=False),
)

supplements = sa.Table(
    "supplements",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
)
"""Supplements that were sent under an idempotency key (its digest), so that a retry adds none."""

tracks = sa.Table(
    "tracks",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("steps", Document, nullable=False),
    sa.Column("notices", Document, nullable=False),
)

held = sa.Table(
    "held",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("progressed", sa.Text(), nullable=False),
)
"""Messages of the case stream that came before their turn."""


_CURRENT_ITEM = Statement(
    lambda _among: (
        sa.select(items.c.published)
        .where(items.c.item == sa.bindparam("item"))
        .order_by(items.c.version.desc())
        .limit(1)
    )
)
_STORED = Statement(
    lambda among: sa.select(materials.c.digest, materials.c.media_type, materials.c.size).where(
        among(materials.c.digest, "digests")
    )
)
_TRACKS = Statement(lambda among: sa.select(tracks).where(among(tracks.c.case_code, "codes")))
_HELD = Statement(
    lambda among: sa.select(held.c.progressed).where(among(held.c.case_code, "codes"))
)


# Service items


def keep_items(tx: sa.Connection, published: Iterable[ItemPublished]) -> None:
    """Keep versions of items; a version that is here already stays as it is."""
    rows = [
        {"item": it.item, "version": it.version, "published": encode(it).decode()}
        for it in published
    ]
    insert_new(tx, items, rows)


def current_item(tx: sa.Connection, key: str) -> ItemPublished | None:
    """The newest version of an item."""
    found = _CURRENT_ITEM.rows(tx, item=key)
    return _item(found[0].published) if found else None


def item_of(tx: sa.Connection, key: str, version: int) -> ItemPublished:
    """The version of an item with which a case began."""
    found = tx.execute(
        sa.select(items.c.published).where(items.c.item == key, items.c.version == version)
    ).scalar_one()
    return _item(found)


def current_items(tx: sa.Connection) -> list[ItemPublished]:
    """The newest version of every item, by key."""
    newest = sa.select(items.c.item, sa.func.max(items.c.version)).group_by(items.c.item)
    found = tx.execute(
        sa.select(items.c.published)
        .where(sa.tuple_(items.c.item, items.c.version).in_(newest))
        .order_by(items.c.item)
    ).scalars()
    return [_item(published) for published in found]


def item_keys(tx: sa.Connection) -> list[str]:
    """The key of every item."""
    return list(tx.execute(sa.select(items.c.item).distinct().order_by(items.c.item)).scalars())


@lru_cache(maxsize=512)
def _item(published: str) -> ItemPublished:
    found: ItemPublished = decode("item.published", 1, published.encode())
    return found


# Serials of case codes


def reserve_serials(tx: sa.Connection, series: str, count: int) -> int:
    """Take the next `count` serials of a series for good; returns the serial after the last."""
    insert_new(tx, serials, [{"series": series, "reserved": 0}])
    reserved: int = tx.execute(
        sa.update(serials)
        .where(serials.c.series == series)
        .values(reserved=serials.c.reserved + count)
        .returning(serials.c.reserved)
    ).scalar_one()
    return reserved


# Materials


def keep_material(
    tx: sa.Connection, *, digest: str, media_type: str, size: int, now: datetime
) -> None:
    """Note that a file is stored here under a digest."""
    row = {"digest": digest, "media_type": media_type, "size": size, "stored_at": now}
    insert_new(tx, materials, [row])


def stored_materials(tx: sa.Connection, digests: Sequence[str]) -> dict[tuple[str, str], int]:
    """Which of the digests are stored here, as which media types, and their sizes in bytes."""
    if not digests:
        return {}
    found = _STORED.rows(tx, digests=list(digests))
    return {(digest, media_type): size for digest, media_type, size in found}


# Cases


def add_cases(tx: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Add cases; the codes of those whose key was not used before, the others are not added."""
    # In the order of their keys, or two processes could wait for each other's for ever.
    ordered = sorted(rows, key=itemgetter("key"))
    return insert_returning(tx, cases, ordered, cases.c.code)


def supplement_under_key(tx: sa.Connection, code: str, key: str, fingerprint: str) -> str | None:
    """The fingerprint of the supplement that this key was used for; None if it is used only now."""
    used = {"case_code": code, "key": key}
    row = {**used, "fingerprint": fingerprint}
    if insert_returning(tx, supplements, [row], supplements.c.key):
        return None
    return str(tx.execute(sa.select(supplements.c.fingerprint).filter_by(**used)).scalar_one())


def case_under_key(tx: sa.Connection, key: str) -> dict[str, Any] | None:
    """The whole row of the case that was handed in under an idempotency key (its digest)."""
    row = tx.execute(sa.select(cases).where(cases.c.key == key)).one_or_none()
    return None if row is None else dict(zip(cases.c.keys(), row, strict=True))


def case_of(tx: sa.Connection, code: str, *, to_change: bool = False) -> Case | None:
    """A case with the state that routing said last; locked when it is to be changed."""
    state = sa.select(tracks.c.state).where(tracks.c.case_code == code).scalar_subquery()
    columns = [cases.c[name] for name in _CASE]
    found = sa.select(*columns, state.label("state")).where(cases.c.code == code)
    row = tx.execute(found.with_for_update(of=cases) if to_change else found).one_or_none()
    if row is None:
        return None
    return Case(**{**row._mapping, "state": row.state or Track(case=code).state})


_CASE = ("code", "item", "item_version", "received_at", "secret", "withdrawn_at", "application")


def mark_withdrawn(tx: sa.Connection, code: str, now: datetime) -> None:
    """Note that the applicant took the case back."""
    tx.execute(sa.update(cases).where(cases.c.code == code).values(withdrawn_at=now))


# The case stream


def tracks_of(tx: sa.Connection, codes: Sequence[str]) -> dict[str, Track]:
    """How far cases are; those of which nothing is known yet are at their beginning."""
    found = {code: Track(case=code) for code in codes}
    for row in _TRACKS.rows(tx, codes=list(codes)):
        found[row.case_code] = Track(
            case=row.case_code,
            number=row.number,
            state=row.state,
            at=row.at,
            outcome=row.outcome,
            steps={task: _step(step) for task, step in row.steps.items()},
            notices=tuple(row.notices),
        )
    return found


def keep_tracks(tx: sa.Connection, changed: Sequence[Track]) -> None:
    """Keep how far cases are."""
    rows = [
        {
            "case_code": track.case,
            "number": track.number,
            "state": track.state,
            "at": track.at,
            "outcome": track.outcome,
            "steps": {task: _plain(step) for task, step in track.steps.items()},
            "notices": list(track.notices),
        }
        for track in changed
    ]
    upsert(tx, tracks, rows)


def held_of(tx: sa.Connection, codes: Sequence[str]) -> list[CaseProgressed]:
    """What is held of these cases."""
    found = _HELD.rows(tx, codes=list(codes))
    return [decode("case.progressed", 1, row.progressed.encode()) for row in found]


def hold(tx: sa.Connection, early: Iterable[CaseProgressed]) -> None:
    """Hold messages until their turn."""
    rows = [
        {"case_code": it.case, "number": it.number, "progressed": encode(it).decode()}
        for it in early
    ]
    insert_new(tx, held, rows)


def release(tx: sa.Connection, taken: Iterable[CaseProgressed]) -> None:
    """Drop messages that were held and have had their turn."""
    delete(tx, held, [{"case_code": it.case, "number": it.number} for it in taken])


def _step(plain: Mapping[str, str]) -> Step:
    since = datetime.fromisoformat(plain["since"])
    return Step(state=plain["state"], since=since, department=plain["department"])


def _plain(step: Step) -> dict[str, str]:
    return {
        "state": step.state,
        "since": step.since.isoformat(),
        "department": step.department,
    }
