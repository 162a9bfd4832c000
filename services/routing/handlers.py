"""What routing does with a batch of messages: load, decide, save, send. No framework."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.routing.answers import Origin
from services.routing.case import Case
from services.routing.catalogue import item_of
from services.routing.departments import Departments
from services.routing.domain import UnknownCase, apply, progress
from services.routing.linking import Links
from services.routing.merging import merge
from services.routing.new_version import migrate
from services.routing.plan import Catalogue, Item, UnknownItem
from services.routing.repeats import remember_refused
from services.routing.step import Step, Stepped
from services.routing.store import DatabaseStore, Moved, Store, Version
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import Fault, Invalid
from shared.messages import CaseAccepted, ItemPublished, MergeCase, MigrateCase, TaskOutline
from shared.messages.progress import Change


@dataclass
class Plans:
    """The departments of today and every version of an item that a case was met with. `links` lead
    departments to the content of materials, where the office gives any.

    A published version never changes, so it is read once for a process.
    """

    departments: Departments
    links: Links | None = None
    _items: dict[tuple[str, int], Item] = field(default_factory=dict)

    def item(self, store: Store, key: str, version: int) -> Item:
        """A published version; raises UnknownItem."""
        known = self._items.get((key, version))
        return known or self._read(store, key, version)

    def _read(self, store: Store, key: str, version: int) -> Item:
        document = store.document(key, version)
        if document is None:
            raise UnknownItem(f"routing never published version {version} of the item {key!r}")
        return self._items.setdefault((key, version), item_of(document))


@dataclass
class _Course:
    """What happens to one case within a batch."""

    before: Case | None
    case: Case | None
    changes: list[Change] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)


def advance(
    work: Work, envelopes: Sequence[Envelope], plans: Plans, store: Store | None = None
) -> None:
    """Let messages act on their cases, in order; one CaseProgressed says what a case's changed.

    Raises UnknownCase for a case that is not there (yet), UnknownItem, ConditionFailed.
    """
    store = store or DatabaseStore(work.transaction)
    there = store.load({code for envelope in envelopes for code in _spoken_of(envelope.message)})
    courses: dict[str, _Course] = {}
    for envelope in envelopes:
        code, *others = _spoken_of(envelope.message)
        for one in (code, *others):
            courses.setdefault(one, _Course(before=there.get(one), case=there.get(one)))
        if isinstance(envelope.message, MergeCase):
            _merge(work, courses, envelope, plans, store)
        elif isinstance(envelope.message, MigrateCase):
            _migrate(work, courses[code], envelope, plans, store)
        else:
            _step(work, courses[code], envelope, plans, store)
    moved = [course for course in courses.values() if course.changes]
    if plans.links is not None:
        for course in moved:
            course.messages = [plans.links.put_on(it, work.now) for it in course.messages]
    remember_refused(work, store, envelopes, (it for course in moved for it in course.changes))
    _finish(work, moved, store)


def _spoken_of(message: Any) -> tuple[str, ...]:
    """The cases that a message may change; its own first."""
    return (message.case, message.into) if isinstance(message, MergeCase) else (message.case,)


def _merge(
    work: Work, courses: dict[str, _Course], envelope: Envelope, plans: Plans, store: Store
) -> None:
    message, sender = envelope.message, envelope.sender
    origin = Origin(role=sender.role, unit=sender.unit, message_id=envelope.message_id)
    steps = []
    for code in dict.fromkeys((message.case, message.into)):
        case = courses[code].case
        if case is None:
            raise UnknownCase(f"routing knows no case {code}")
        item = plans.item(store, case.item, case.version)
        steps.append(Step(case, item, plans.departments, work.now))
    after = merge(steps[0], steps[1] if len(steps) > 1 else None, message, origin)
    for code, stepped in zip((message.case, message.into), after, strict=True):
        if stepped is not None:
            _take(courses[code], stepped)


def _migrate(work: Work, course: _Course, envelope: Envelope, plans: Plans, store: Store) -> None:
    message, sender, case = envelope.message, envelope.sender, course.case
    if case is None:
        raise UnknownCase(f"routing knows no case {message.case}")
    origin = Origin(role=sender.role, unit=sender.unit, message_id=envelope.message_id)
    there = store.document(case.item, message.version) is not None
    new = plans.item(store, case.item, message.version) if there else None
    old = plans.item(store, case.item, case.version)
    _take(course, migrate(Step(case, old, plans.departments, work.now), new, message, origin))


def _take(course: _Course, stepped: Stepped) -> None:
    course.case = stepped.case
    course.changes += stepped.changes
    course.messages += stepped.messages


def _step(work: Work, course: _Course, envelope: Envelope, plans: Plans, store: Store) -> None:
    message, sender = envelope.message, envelope.sender
    stepped = apply(
        course.case,
        message,
        Origin(role=sender.role, unit=sender.unit, message_id=envelope.message_id),
        item=_item_for(course.case, message, plans, store),
        departments=plans.departments,
        now=work.now,
    )
    _take(course, stepped)


def _item_for(case: Case | None, message: Any, plans: Plans, store: Store) -> Item:
    if case is not None:
        return plans.item(store, case.item, case.version)
    if isinstance(message, CaseAccepted):
        return plans.item(store, message.item, message.item_version)
    raise UnknownCase(f"routing knows no case {message.case}")


def _finish(work: Work, courses: Sequence[_Course], store: Store) -> None:
    moved = []
    for course in courses:
        assert course.case is not None, "what changed is there"
        case, said = progress(course.case, tuple(course.changes), work.now)
        moved.append(Moved(before=course.before, after=case))
        work.send(said, *course.messages)
    if moved:
        store.save(moved, work.now)


def publish_catalogue(work: Work, catalogue: Catalogue, store: Store | None = None) -> None:
    """Keep and announce the catalogue's items; those that are kept already are announced again.

    Raises Invalid, and announces nothing, if a version that was published before now says something
    else, or lies behind one that was: cases rely on it.
    """
    store = store or DatabaseStore(work.transaction)
    kept = store.versions()
    faults = [fault for item in catalogue.items.values() for fault in _faults(item, kept)]
    if faults:
        raise Invalid(*faults)
    store.publish([_version(work, item) for item in catalogue.items.values()])
    work.send(*(published(work, item, catalogue.departments) for item in catalogue.items.values()))


def _faults(item: Item, kept: Mapping[tuple[str, int], str]) -> list[Fault]:
    digest = kept.get((item.key, item.version))
    newest = max((version for key, version in kept if key == item.key), default=0)
    if item.version < newest:
        problem = f"lies behind version {newest}, which was published: raise it above that"
    elif digest is not None and digest != item.digest:
        problem = f"{item.version} was published with another content: raise the version"
    else:
        return []
    return [Fault(f"{item.key}.version", problem)]


def _version(work: Work, item: Item) -> Version:
    return Version(
        item=item.key,
        version=item.version,
        digest=item.digest,
        document=item.document,
        published_at=work.now,
    )


def published(work: Work, item: Item, departments: Departments) -> ItemPublished:
    """What other services and the public may know of an item: real departments, not roles."""
    return ItemPublished(
        item=item.key,
        version=item.version,
        at=work.now,
        title=item.title,
        lead=departments.usually(item.lead),
        applicants=item.applicants,
        form=item.form,
        materials=tuple(
            replace(it, issued_by=departments.usually(it.issued_by)) if it.issued_by else it
            for it in item.materials
        ),
        tasks=tuple(
            TaskOutline(
                key=task.key,
                title=task.title,
                department=departments.usually(task.department),
                handling=task.handling,
                silence=task.silence,
                procedures=task.procedures,
                results=task.results,
                approval=task.approval,
                extension=task.extension,
            )
            for task in item.task.values()
        ),
        statutory=item.statutory,
        promised=item.promised,
        extension=item.extension,
        procedures=item.procedures,
        issues=tuple(issue.rule for issue in item.issues),
        review=item.review,
    )
