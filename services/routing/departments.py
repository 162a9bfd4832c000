"""Who does a task: roles, and the departments that fill them.

A service item speaks of roles (`planning`, `fire`). Which department fills a role, the file
departments.yaml says, so that the same item serves a city with departments side by side, one with
an approvals office in each department and one with a merged bureau: many roles may be filled by one
department, and one role by many, told apart by the case's region or by a field of its form. A role
that the file does not name is filled by the department of that name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import OneWindowError
from shared.messages import Text

REGION = "region"


class UnfilledRole(OneWindowError):
    """A case's plan names a role that departments.yaml of today neither maps nor has."""


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department by its key. `desk`: its people work in the department service's task inbox.

    `may_see` are the classes of data that it is entitled to.
    """

    key: str
    title: Text
    desk: bool = False
    may_see: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who fills a role: `department`, save where `departments` says otherwise.

    `by` tells by what: "region" (GB/T 2260; the longest beginning that fits counts, so that a
    district goes before its city) or "form.<field>" (the field's value). Empty: always the same.
    """

    key: str
    department: str
    by: str = ""
    departments: Mapping[str, str] = field(default_factory=dict)

    @property
    def form_field(self) -> str:
        """The form field by which the role is filled; empty where none is."""
        return self.by.partition(".")[2]

    def filled(self, region: str, form: Mapping[str, Any]) -> str:
        """The department that fills the role for a case."""
        if not self.by:
            return self.department
        if self.by == REGION:
            return self._of_region(region)
        return self.departments.get(str(form.get(self.form_field)), self.department)

    def _of_region(self, region: str) -> str:
        fitting = (code for code in self.departments if region.startswith(code))
        return self.departments.get(max(fitting, key=len, default=""), self.department)


@dataclass(frozen=True)
class Departments(Mapping[str, Department]):
    """The departments of today by key, and the roles that they fill."""

    by_key: Mapping[str, Department]
    roles: Mapping[str, Role] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Department:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)

    @property
    def names(self) -> frozenset[str]:
        """Everything that an item may name as a department."""
        return frozenset({*self.by_key, *self.roles})

    def filling(self, role: str, region: str, form: Mapping[str, Any]) -> str:
        """The department that fills a role for a case; raises UnfilledRole."""
        if role in self.roles:
            return self.roles[role].filled(region, form)
        if role in self.by_key:
            return role
        raise UnfilledRole(f"departments.yaml has no role or department {role!r}: add it there")

    def all_filling(self, role: str) -> set[str]:
        """Every department of this file that may come to fill a role."""
        known = self.roles.get(role)
        found = {known.department, *known.departments.values()} if known else {role}
        return found & self.by_key.keys()

    def usually(self, role: str) -> str:
        """The department that fills a role where nothing is known of a case."""
        return self.roles[role].department if role in self.roles else role
