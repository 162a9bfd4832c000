"""Posts: the roles to which alerts go, of a department or of a region.

handler of planning              who is in charge of handling, there
head of planning in 330106       the department's head, for the cases of that district
supervisor in 330100             of a city and its districts
centre, leadership               of all regions
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.messages.parts import Text
from shared.worktime import NATION
from shared.worktime.regions import lineage

ROLES = {
    "handler": Text(zh="经办责任人", en="handler in charge"),
    "head": Text(zh="部门负责人", en="head"),
    "supervisor": Text(zh="督办员", en="supervisor"),
    "centre": Text(zh="督办中心", en="supervision centre"),
    "leadership": Text(zh="分管领导", en="leadership"),
}
OF_DEPARTMENT = ("handler", "head")
_POST = re.compile(
    r"(?P<role>[a-z]+)(?: of (?P<department>[a-z][a-z0-9-]{0,63}))?(?: in (?P<region>[1-9]\d{5}))?"
)


@dataclass(frozen=True, kw_only=True)
class Post:
    """A role at a place; `department` is empty for the roles that no department has."""

    role: str
    department: str = ""
    region: str = NATION

    def __str__(self) -> str:
        of = f" of {self.department}" if self.department else ""
        where = "" if self.region == NATION else f" in {self.region}"
        return f"{self.role}{of}{where}"

    def words(self) -> Text:
        """What the post is called."""
        role = ROLES[self.role]
        where = "" if self.region == NATION else self.region
        zh = " ".join(filter(None, (where, self.department, role.zh)))
        of = f" of {self.department}" if self.department else ""
        return Text(zh=zh, en=f"{role.en}{of}{f' in {where}' if where else ''}")


def post_from(text: str) -> Post:
    """Read a post. Raises ValueError with a clause that says how a post looks."""
    found = _POST.fullmatch(text)
    if not found or found["role"] not in ROLES:
        raise ValueError(
            f"{text!r} is no post such as 'head of planning', 'supervisor in 330100' or 'centre'; "
            f"a role is one of {', '.join(ROLES)}"
        )
    role, department = found["role"], found["department"] or ""
    if (role in OF_DEPARTMENT) != bool(department):
        wanted = f"{role} of DEPARTMENT" if role in OF_DEPARTMENT else role
        raise ValueError(f"{text!r} must be written {wanted!r}")
    return Post(role=role, department=department, region=lineage(found["region"] or NATION)[-1])


def posts_of(role: str, *, department: str, region: str) -> Iterator[Post]:
    """The posts that may be asked for a role, that of the nearest region first."""
    of = department if role in OF_DEPARTMENT else ""
    return (Post(role=role, department=of, region=it) for it in reversed(lineage(region)))
