"""Who works at the desk: officers, the head of the department, its administrator."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["officer", "head", "administrator"]
ROLES: tuple[Role, ...] = ("officer", "head", "administrator")


@dataclass(frozen=True, kw_only=True)
class Officer:
    """Somebody of a department. `account` names one person for ever, two may bear one `name`.

    An officer works on tasks. A head does too, and also approves drafts and hands over what others
    hold. An administrator keeps the accounts and the templates of the department.
    """

    account: str
    name: str
    department: str
    roles: frozenset[str]

    @property
    def head(self) -> bool:
        return "head" in self.roles

    @property
    def handles(self) -> bool:
        """Whether they work on tasks."""
        return bool(self.roles & {"officer", "head"})

    @property
    def keeps_templates(self) -> bool:
        return bool(self.roles & {"head", "administrator"})
