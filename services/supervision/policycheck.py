"""What is sound in policies and people and yet may be a mistake. Pure."""

from collections.abc import Callable, Collection, Iterator

from services.supervision.people import People
from services.supervision.policies import Policy
from services.supervision.posts import OF_DEPARTMENT
from services.supervision.rungs import Written
from shared.worktime import NATION

Known = Callable[[str], bool]
"""Whether there is a region of this code."""


def remarks(
    policy: Policy,
    people: People,
    *,
    items: Collection[str],
    departments: Collection[str],
    known: Known,
) -> list[str]:
    """What names nothing of the catalogue or no region, and which roles nobody holds."""
    return list(
        dict.fromkeys(
            [
                *_unknown(policy, "", items, departments),
                *(
                    it
                    for region, own in policy.regions.items()
                    for it in _unknown(own, f"regions.{region}.", items, departments)
                ),
                *_strange_regions(policy, people, known),
                *_strange_posts(people, departments),
                *_without_holder(policy, people, departments),
            ]
        )
    )


def _unknown(
    policy: Policy, lead: str, items: Collection[str], departments: Collection[str]
) -> Iterator[str]:
    for item in policy.items.keys() - set(items):
        yield f"{lead}items.{item}: the catalogue has no such item"
    for department in policy.departments.keys() - set(departments):
        yield f"{lead}departments.{department}: the catalogue has no such department"


def _strange_regions(policy: Policy, people: People, known: Known) -> Iterator[str]:
    for region in policy.regions:
        if not known(region):
            yield f"regions.{region}: there is no such region"
    for person in people.persons.values():
        for post in person.posts:
            if post.region != NATION and not known(post.region):
                yield f"people.{person.key}.posts: there is no region {post.region}"


def _strange_posts(people: People, departments: Collection[str]) -> Iterator[str]:
    for person in people.persons.values():
        for post in person.posts:
            if post.department and post.department not in departments:
                yield f"people.{person.key}.posts: the catalogue has no {post.department}"
        if not person.addresses:
            yield f"people.{person.key}.addresses: there is none at which to tell {person.name}"


def _without_holder(policy: Policy, people: People, departments: Collection[str]) -> Iterator[str]:
    """Roles that a ladder names and nobody holds; of a department, where a ladder of its own or of
    one department names them."""
    held = {post.role for it in people.persons.values() for post in it.posts}
    held |= {shift.post.role for shift in people.shifts}
    for role in sorted(_named(policy) - held):
        yield f"nobody is {role}, and a ladder tells them"
    if people.persons:
        for role in sorted(_of_no_limit(policy) - held - _named(policy)):
            yield f"nobody is {role}, and alerts of no limit go to them (others)"
    for department, choice in sorted(policy.departments.items()):
        own = {
            post.role
            for it in people.persons.values()
            for post in it.posts
            if post.department == department
        }
        asked = {role for ladder in choice.values() for role in _roles(ladder)}
        for role in sorted(asked.intersection(OF_DEPARTMENT) - own):
            if department in departments:
                yield f"nobody is {role} of {department}, and its ladder tells them"


def _named(policy: Policy) -> set[str]:
    parts = (policy, *policy.regions.values())
    choices = (
        choice
        for it in parts
        for choice in (it.clocks, *it.items.values(), *it.departments.values())
    )
    return {role for choice in choices for ladder in choice.values() for role in _roles(ladder)}


def _of_no_limit(policy: Policy) -> set[str]:
    return {role for roles in policy.others.values() for role in roles}


def _roles(ladder: Written) -> set[str]:
    return {role for rung in ladder.rungs for role in rung.to}
