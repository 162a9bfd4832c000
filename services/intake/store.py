"""How domain values go into the tables of intake and come out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from services.intake.domain import Case
from services.intake.tables import (
    cases,
    held,
    items,
    materials,
    reviews,
    serials,
    supplements,
    tracks,
)
from services.intake.tracking import Step, Track
from shared.database import insert_new, insert_returning, upsert
from shared.messages import CaseProgressed, ItemPublished
from shared.messages.codec import decode, encode
from shared.rows import delete
from shared.statements import Statement

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


def stored_for(tx: sa.Connection, *bodies: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """What is stored here of all that applications or supplements name (see stored_materials)."""
    handed = [it for body in bodies for it in body.get("materials", ())]
    return stored_materials(tx, sorted({it["digest"] for it in handed if "digest" in it}))


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
    """The whole row of the case that was handed in under an idempotency key (its digest), and
    whether it was `under_review`."""
    under_review = sa.exists().where(reviews.c.case_code == cases.c.code).label("under_review")
    found = tx.execute(sa.select(cases, under_review).where(cases.c.key == key)).one_or_none()
    return None if found is None else dict(found._mapping)


def case_of(tx: sa.Connection, code: str, *, to_change: bool = False) -> Case | None:
    """A case with the state that routing said last, or that of its review before; locked when it is
    to be changed."""
    said = sa.select(tracks.c.state).where(tracks.c.case_code == code).scalar_subquery()
    review = sa.select(reviews.c.state).where(reviews.c.case_code == code).scalar_subquery()
    columns = [cases.c[name] for name in _CASE]
    state = sa.func.coalesce(said, review).label("state")
    found = sa.select(*columns, state, review.label("review")).where(cases.c.code == code)
    row = tx.execute(found.with_for_update(of=cases) if to_change else found).one_or_none()
    if row is None:
        return None
    known = {"state": row.state or Track(case=code).state, "review": row.review or ""}
    return Case(**{**row._mapping, **known})


_CASE = ("code", "item", "item_version", "received_at", "secret", "withdrawn_at", "application")


def application_of(tx: sa.Connection, code: str) -> dict[str, Any]:
    """What is kept of an application, and of which item it is."""
    names = ("code", "item", "item_version", "application")
    found = sa.select(*(cases.c[name] for name in names)).where(cases.c.code == code)
    return dict(tx.execute(found).one()._mapping)


def keep_application(tx: sa.Connection, code: str, application: Mapping[str, Any]) -> None:
    """Keep an application as the applicant has corrected it."""
    tx.execute(sa.update(cases).where(cases.c.code == code).values(application=application))


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
