"""Faults in who fills which role."""

from collections.abc import Collection, Iterator

from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.departments import REGION, Departments, Role
from services.routing.plan import Item
from shared.messages import FormField


def check_roles(departments: Departments, items: Collection[Item]) -> Iterator[Found]:
    """Roles are filled by departments that there are, by what cases can be told apart by."""
    for role in departments.roles.values():
        yield from _departments(role, departments)
        if role.by == REGION:
            yield from _regions(role)
        elif role.by:
            yield from _values(role, items)


def _departments(role: Role, departments: Departments) -> Iterator[Found]:
    named: dict[Path, str] = {("department",): role.department}
    named |= {("departments", value): key for value, key in role.departments.items()}
    for path, key in named.items():
        if key not in departments:
            near = meant(key, departments)
            yield ("roles", role.key, *path), f"{key!r} is no department of this file{near}"


def _regions(role: Role) -> Iterator[Found]:
    for code in role.departments:
        if not (code.isdecimal() and len(code) <= 6):
            yield (
                ("roles", role.key, "departments", code),
                "is no region: give a code of GB/T 2260 or its beginning, up to six digits",
            )


def _values(role: Role, items: Collection[Item]) -> Iterator[Found]:
    """A value counts as known if any item offers it, for one file serves them all."""
    fields = [field for item in items for field in _fields(item) if field.name == role.form_field]
    if items and not fields:
        yield ("roles", role.key, "by"), f"no item has a form field {role.form_field!r}"
    if not fields or any(field.type != "choice" for field in fields):
        return
    known = {choice for field in fields for choice in field.choices}
    for value in role.departments:
        if value not in known:
            near = meant(value, known)
            yield (
                ("roles", role.key, "departments", value),
                f"is no choice of `{role.by}` in any item{near}",
            )


def _fields(item: Item) -> Iterator[FormField]:
    """The fields of the form and of the elements of its lists, which parts of tasks go by."""
    for field in item.form:
        yield field
        yield from field.fields
