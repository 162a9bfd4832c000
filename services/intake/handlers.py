"""What intake does: load, decide, save, send. No framework."""

import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from services.intake import domain, store, tracking
from services.intake.codes import Held
from services.intake.domain import Case, KeyReused, NotTheApplicant, Office
from services.intake.form import meant
from services.intake.notices import Notice
from services.intake.receipt import Receipt, digest_of, receipt_of, secret_of
from services.intake.shelf import Upload
from services.intake.tracking import Track
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound
from shared.messages import CaseAccepted, CaseProgressed, ItemPublished
from shared.messages.codec import to_plain

Body = Mapping[str, Any]
Faults = Sequence[Fault]

APPLICATION = ("region", "channel", "applicant", "agent", "form", "materials", "deferrals")
"""What of an application is kept in one document."""


def hand_in(
    work: Work, application: Body, faults: Faults, *, key: str, held: Held, office: Office
) -> Receipt:
    """Accept an application. The same key with the same application gets the same receipt.

    Raises Invalid with everything that is wrong, KeyReused for the same key with another one.
    """
    fingerprint = _fingerprint(application, faults)
    try:
        item = _checked(work, application, faults, office)
    except Invalid:
        # What was right when it was first handed in may not be so by the item's newer version.
        repeated = _repeated(work, key, fingerprint, office)
        if repeated is None:
            raise
        return repeated
    sent = domain.accepted(application, case=held.code, item=item, office=office, now=work.now)
    salt = secrets.token_hex(32)
    secret = secret_of(key, salt)
    row = _row(sent, key=key, salt=salt, secret=secret, fingerprint=fingerprint)
    if store.add_case(work.transaction, row):
        held.use()
        work.send(sent)
        return receipt_of(row, secret, office)
    repeated = _repeated(work, key, fingerprint, office)
    assert repeated is not None, "a case code was about to be issued twice"
    return repeated


def _checked(work: Work, application: Body, faults: Faults, office: Office) -> ItemPublished:
    """The item of an application in which nothing is wrong; raises Invalid."""
    item, unknown = _item(work.transaction, application.get("item"))
    stored = _stored(work.transaction, application)
    known = [*faults, *unknown]
    domain.check(application, known, item=item, office=office, stored=stored, now=work.now)
    assert item is not None, "an unknown item is among the faults"
    return item


def supplement(
    work: Work, code: str, secret: str, body: Body, faults: Faults, *, key: str = ""
) -> None:
    """Take in what the applicant hands in later; under the same key once.

    Raises NotFound, NotTheApplicant, CaseClosed, KeyReused.
    """
    case = _own_case(work.transaction, code, secret, to_change=True)
    if key and _sent_before(work, code, key, _fingerprint(body, faults)):
        return
    item = store.item_of(work.transaction, case.item, case.item_version)
    stored = _stored(work.transaction, body)
    work.send(domain.supplemented(case, body, faults, item=item, stored=stored, now=work.now))


def _sent_before(work: Work, code: str, key: str, fingerprint: str) -> bool:
    used = store.supplement_under_key(work.transaction, code, digest_of(key), fingerprint)
    if used not in (None, fingerprint):
        raise KeyReused("this Idempotency-Key was used for another supplement; send a new one")
    return used is not None


def withdraw(work: Work, code: str, secret: str, reason: str) -> None:
    """Take an application back; raises NotFound, NotTheApplicant, CaseClosed."""
    case = _own_case(work.transaction, code, secret, to_change=True)
    work.send(domain.withdrawn(case, reason, work.now))
    store.mark_withdrawn(work.transaction, code, work.now)


def follow(work: Work, envelopes: Sequence[Envelope]) -> None:
    """Take in what routing says: items that are published, and how far cases are."""
    said = [envelope.message for envelope in envelopes]
    store.keep_items(work.transaction, [it for it in said if isinstance(it, ItemPublished)])
    progressed = [it for it in said if isinstance(it, CaseProgressed)]
    if progressed:
        _progress(work.transaction, progressed)


def _progress(tx: sa.Connection, progressed: Sequence[CaseProgressed]) -> None:
    codes = sorted({it.case for it in progressed})
    pending: dict[str, dict[int, CaseProgressed]] = defaultdict(dict)
    held = store.held_of(tx, codes)
    for it in [*held, *progressed]:
        pending[it.case].setdefault(it.number, it)
    before = store.tracks_of(tx, codes)
    after = {code: tracking.follow(before[code], pending[code]) for code in codes}
    moved = [track for track, _ in after.values() if track is not before[track.case]]
    store.keep_tracks(tx, moved)
    store.release(tx, [it for it in held if it.number <= after[it.case][0].number])
    store.hold(tx, [it for _, waiting in after.values() for it in waiting.values()])


def track(tx: sa.Connection, code: str) -> tuple[Case, Track, ItemPublished]:
    """Where a case stands, with the version of the item that it began with; raises NotFound."""
    case = store.case_of(tx, code)
    if case is None:
        raise NotFound(f"there is no case {code}")
    item = store.item_of(tx, case.item, case.item_version)
    return case, store.tracks_of(tx, [code])[code], item


def notices(tx: sa.Connection, code: str, secret: str) -> tuple[Notice, ...]:
    """What the applicant was told, in order; raises NotFound, NotTheApplicant."""
    return store.tracks_of(tx, [_own_case(tx, code, secret).code])[code].notices


def current_item(tx: sa.Connection, key: str) -> ItemPublished:
    """The item that can be applied for under a key; raises NotFound."""
    item = store.current_item(tx, key)
    if item is None:
        raise NotFound(f"there is no service item {key}{meant(key, store.item_keys(tx))}")
    return item


def keep_material(work: Work, upload: Upload) -> None:
    """Note a file that has been stored."""
    store.keep_material(
        work.transaction,
        digest=upload.digest,
        media_type=upload.media_type,
        size=upload.size,
        now=work.now,
    )


def _own_case(tx: sa.Connection, code: str, secret: str, *, to_change: bool = False) -> Case:
    """The case, if the digest of the secret is that of its receipt."""
    case = store.case_of(tx, code, to_change=to_change)
    if case is None:
        raise NotFound(f"there is no case {code}")
    if not hmac.compare_digest(case.secret, secret):
        raise NotTheApplicant(f"the token is not the receipt_secret of case {code}")
    return case


def _repeated(work: Work, key: str, fingerprint: str, office: Office) -> Receipt | None:
    """The receipt that was given under this key; raises KeyReused for another application."""
    row = store.case_under_key(work.transaction, digest_of(key))
    if row is None:
        return None
    if row["fingerprint"] != fingerprint:
        raise KeyReused("this Idempotency-Key was used for another application; send a new one")
    return receipt_of(row, secret_of(key, row["salt"]), office)


def _item(tx: sa.Connection, key: str | None) -> tuple[ItemPublished | None, list[Fault]]:
    if key is None:
        return None, []
    item = store.current_item(tx, key)
    if item is not None:
        return item, []
    return None, [Fault("item", f"there is no such service item{meant(key, store.item_keys(tx))}")]


def _stored(tx: sa.Connection, body: Body) -> dict[tuple[str, str], int]:
    handed = body.get("materials", ())
    return store.stored_materials(tx, [it["digest"] for it in handed if "digest" in it])


def _fingerprint(application: Body, faults: Faults) -> str:
    said = [application, [str(fault) for fault in faults]]
    return digest_of(json.dumps(said, sort_keys=True, default=str))


def _row(
    sent: CaseAccepted, *, key: str, salt: str, secret: str, fingerprint: str
) -> dict[str, Any]:
    plain = to_plain(sent)
    return {
        "code": sent.case,
        "item": sent.item,
        "item_version": sent.item_version,
        "received_at": sent.received_at,
        "secret": digest_of(secret),
        "key": digest_of(key),
        "salt": salt,
        "fingerprint": fingerprint,
        "application": {name: plain[name] for name in APPLICATION},
    }
