"""Who is told of a rung that was reached, and why they. Pure.

Of each role of the rung the nearest region's post goes first, as with calendars. Who is away is
stood in for. Where nobody is there, the rung may be skipped; if it may not, the people of the next
rung that has somebody are told instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.supervision import reasons
from services.supervision.people import People, Person
from services.supervision.posts import Post, posts_of
from services.supervision.recipients import Address, Recipient
from services.supervision.rungs import RungPolicy, Written
from shared.messages.parts import Text


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose alert it is: the department, and the region of the case."""

    department: str
    region: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who is told. `rung` is the one whose people they are: a higher one where nobody of the rung
    itself is there. `remarks` say who should have been told and is not. No recipients and no
    remarks: the rung names nobody."""

    rung: str
    recipients: tuple[Recipient, ...] = ()
    remarks: tuple[Text, ...] = ()
    skipped: bool = False


def recipients(
    rung: RungPolicy, people: People, place: Place, now: datetime
) -> tuple[Recipient, ...]:
    """The people of a rung who are told at `now`, in the time of the region; nobody twice."""
    return _called(rung, people, place, now)[0]


def told(name: str, written: Written, people: People, place: Place, now: datetime) -> Told:
    """Who is told of a rung at `now`, in the time of the region."""
    rung = written.rung(name)
    found, remarks = _called(rung, people, place, now)
    if found or not rung.to:
        return Told(rung=name, recipients=found, remarks=remarks)
    if rung.may_be_skipped:
        return Told(rung=name, remarks=(*remarks, reasons.SKIPPED), skipped=True)
    instead = told_above(name, written, people, place, now)
    return replace(instead, remarks=(*remarks, *instead.remarks))


def of_roles(roles: Sequence[str], people: People, place: Place, now: datetime) -> Told:
    """Who is told of what no ladder has a rung for: the people of these roles."""
    found, remarks = _called(RungPolicy(name="", to=tuple(roles)), people, place, now)
    return Told(rung="", recipients=found, remarks=remarks)


def told_above(name: str, written: Written, people: People, place: Place, now: datetime) -> Told:
    """The people of the nearest higher rung that has somebody there."""
    remarks: tuple[Text, ...] = ()
    for rung in written.above(name):
        found, more = _called(rung, people, place, now)
        remarks = (*remarks, *more)
        if found:
            return Told(
                rung=rung.name, recipients=found, remarks=(*remarks, reasons.instead(rung.name))
            )
    return Told(rung=name, remarks=(*remarks, reasons.NOBODY_ABOVE))


def _called(
    rung: RungPolicy, people: People, place: Place, now: datetime
) -> tuple[tuple[Recipient, ...], tuple[Text, ...]]:
    found: dict[str, Recipient] = {}
    remarks: list[Text] = []
    for role in rung.to:
        there = list(_of_role(role, people, place, now.date(), remarks))
        for person, why in there:
            found.setdefault(person.key, _recipient(person, why, rung, now))
        if not there:
            remarks.append(reasons.nobody(role, place.department))
    return tuple(found.values()), tuple(remarks)


def _of_role(
    role: str, people: People, place: Place, day: date, remarks: list[Text]
) -> Iterator[tuple[Person, Text]]:
    """Those of the nearest region that has somebody there."""
    for post in posts_of(role, department=place.department, region=place.region):
        there = [_there(it, post, people, day) for it in people.at(post, day)]
        for person, said in there:
            if person:
                yield person, said
            else:
                remarks.append(said)
        if any(person for person, _said in there):
            return


def _there(person: Person, post: Post, people: People, day: date) -> tuple[Person | None, Text]:
    back = person.back(day)
    if back is None:
        return person, post.words()
    deputy = people.stand_in(person, day)
    return deputy, reasons.away(person.name, back, post, deputy.name if deputy else "")


def _recipient(person: Person, why: Text, rung: RungPolicy, now: datetime) -> Recipient:
    quiet = None if rung.break_quiet_hours or not person.quiet else person.quiet.over(now)
    return Recipient(
        person=person.key,
        name=person.name,
        addresses=_in_order(person.addresses, rung.channels),
        not_before=quiet,
        breaks_quiet=rung.break_quiet_hours,
        why=why,
    )


def _in_order(addresses: Sequence[Address], channels: Sequence[str]) -> tuple[Address, ...]:
    """The addresses by the channels of the rung, in their order; all of a person who has none of
    them, for it is better to be told by another channel than not at all."""
    chosen = [it for channel in channels for it in addresses if it.channel == channel]
    return tuple(chosen or addresses)
