"""What intake does: load, decide, save, send. No framework."""

import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.intake import domain, reviewing, reviews, store, tracking
from services.intake.codes import Held
from services.intake.domain import Case, KeyReused, NotTheApplicant, Office
from services.intake.form import meant
from services.intake.materials import Stored
from services.intake.notices import Notice, notices_of
from services.intake.receipt import Receipt, digest_of, receipt_of, secret_of
from services.intake.review import Reviewed
from services.intake.tracking import Track
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound
from shared.messages import CaseAccepted, CaseProgressed, ItemPublished
from shared.messages.codec import to_plain
from shared.shelf import Upload

Body = Mapping[str, Any]
Faults = Sequence[Fault]

APPLICATION = ("region", "channel", "applicant", "agent", "form", "materials", "deferrals")
"""What of an application is kept in one document."""


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """An application as it came, with what is wrong about its form, and a code in case it is right.

    `key` is the Idempotency-Key.
    """

    application: Body
    faults: Faults
    key: str
    held: Held

    @property
    def fingerprint(self) -> str:
        return _fingerprint(self.application, self.faults)


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """What becomes of an application in which nothing is wrong, unless its key was used before."""

    sent: CaseAccepted
    item: ItemPublished
    row: dict[str, Any]
    secret: str


def hand_in(
    work: Work, application: Body, faults: Faults, *, key: str, held: Held, office: Office
) -> Receipt:
    """Accept an application. The same key with the same application gets the same receipt.

    Raises Invalid with everything that is wrong, KeyReused for the same key with another one.
    """
    handed = HandedIn(application=application, faults=faults, key=key, held=held)
    (outcome,) = hand_in_all(work, [handed], office=office)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def hand_in_all(
    work: Work, handed: Sequence[HandedIn], *, office: Office
) -> list[Receipt | Exception]:
    """Accept applications, or receive them where a clerk looks first; for each its receipt, or what
    `hand_in` raises for it."""
    stored = store.stored_for(work.transaction, *(it.application for it in handed))
    items = _Items(work.transaction)
    drafts = [_drafted(work, it, items, stored, office) for it in handed]
    sound = [it for it in drafts if isinstance(it, _Draft)]
    added = store.add_cases(work.transaction, [it.row for it in sound])
    new = [it for it in sound if it.sent.case in added]
    work.send(*(it.sent for it in new if it.item.review is None))
    if looked_at := [(it.sent, it.item) for it in new if it.item.review is not None]:
        reviewing.begin(work, looked_at, office)
    return [
        _outcome(work, it, draft, added, office) for it, draft in zip(handed, drafts, strict=True)
    ]


def _drafted(
    work: Work, handed: HandedIn, items: "_Items", stored: Stored, office: Office
) -> _Draft | Invalid:
    application = handed.application
    try:
        item, unknown = items.under(application.get("item"))
        known = [*handed.faults, *unknown]
        domain.check(application, known, item=item, office=office, stored=stored, now=work.now)
    except Invalid as wrong:
        return wrong
    assert item is not None, "an unknown item is among the faults"
    code = handed.held.code
    sent = domain.accepted(application, case=code, item=item, office=office, now=work.now)
    salt = secrets.token_hex(32)
    secret = secret_of(handed.key, salt)
    row = _row(sent, key=handed.key, salt=salt, secret=secret, fingerprint=handed.fingerprint)
    return _Draft(sent=sent, item=item, row=row, secret=secret)


def _outcome(
    work: Work, handed: HandedIn, draft: _Draft | Invalid, added: Collection[str], office: Office
) -> Receipt | Exception:
    if isinstance(draft, _Draft) and draft.sent.case in added:
        handed.held.use()
        return receipt_of(draft.row, draft.secret, office, draft.item.review)
    # What was right when it was first handed in may not be so by the item's newer version.
    try:
        repeated = _repeated(work, handed.key, handed.fingerprint, office)
    except KeyReused as error:
        return error
    if repeated is not None:
        return repeated
    assert isinstance(draft, Invalid), "a case code was about to be issued twice"
    return draft


def supplement(
    work: Work,
    code: str,
    secret: str,
    body: Body,
    faults: Faults,
    *,
    office: Office,
    key: str = "",
) -> None:
    """Take in what the applicant hands in later, or corrects before acceptance; under the same key
    once.

    Raises NotFound, NotTheApplicant, CaseClosed, KeyReused.
    """
    case = own_case(work.transaction, code, secret, to_change=True)
    if key and _sent_before(work, code, key, _fingerprint(body, faults)):
        return
    if reviewing.correct(work, case, body, faults, office=office):
        return
    item = store.item_of(work.transaction, case.item, case.item_version)
    stored = store.stored_for(work.transaction, body)
    work.send(domain.supplemented(case, body, faults, item=item, stored=stored, now=work.now))


def _sent_before(work: Work, code: str, key: str, fingerprint: str) -> bool:
    used = store.supplement_under_key(work.transaction, code, digest_of(key), fingerprint)
    if used not in (None, fingerprint):
        raise KeyReused("this Idempotency-Key was used for another supplement; send a new one")
    return used is not None


def withdraw(work: Work, code: str, secret: str, reason: str, *, office: Office) -> None:
    """Take an application back; raises NotFound, NotTheApplicant, CaseClosed."""
    case = own_case(work.transaction, code, secret, to_change=True)
    message = domain.withdrawn(case, reason, work.now)
    if not reviewing.withdraw(work, case, office=office):
        work.send(message)
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


def track(tx: sa.Connection, code: str) -> tuple[Case, Track, ItemPublished, Reviewed | None]:
    """Where a case stands, with the version of the item that it began with, and its review where
    there is one; raises NotFound."""
    case = store.case_of(tx, code)
    if case is None:
        raise NotFound(f"there is no case {code}")
    item = store.item_of(tx, case.item, case.item_version)
    reviewed = reviews.of(tx, code) if case.review else None
    return case, store.tracks_of(tx, [code])[code], item, reviewed


def notices(tx: sa.Connection, code: str, secret: str) -> tuple[Notice, ...]:
    """What the applicant was told, in order; raises NotFound, NotTheApplicant."""
    case = own_case(tx, code, secret)
    reviewed = reviews.of(tx, code) if case.review else None
    before = notices_of(reviewed) if reviewed else ()
    return (*before, *store.tracks_of(tx, [code])[code].notices)


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


def own_case(tx: sa.Connection, code: str, secret: str, *, to_change: bool = False) -> Case:
    """The case, if the digest of the secret is that of its receipt; locked when it is to be
    changed. Raises NotFound, NotTheApplicant."""
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
    review = None
    if row["under_review"]:
        review = store.item_of(work.transaction, row["item"], row["item_version"]).review
    return receipt_of(row, secret_of(key, row["salt"]), office, review)


class _Items:
    """The newest versions of items, each read once for all that a transaction is about."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx
        self._found: dict[str, ItemPublished | None] = {}

    def under(self, key: str | None) -> tuple[ItemPublished | None, list[Fault]]:
        """The item that can be applied for under a key, or what is wrong with the key."""
        if key is None:
            return None, []
        if key not in self._found:
            self._found[key] = store.current_item(self._tx, key)
        item = self._found[key]
        if item is not None:
            return item, []
        guess = meant(key, store.item_keys(self._tx))
        return None, [Fault("item", f"there is no such service item{guess}")]


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
