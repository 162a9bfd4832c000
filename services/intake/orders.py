"""What a named person orders about a case, through the window: checked here, decided by routing."""

from collections.abc import Mapping
from typing import Any

from services.intake import store
from services.intake.review import NotAccepted
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.messages import CorrectCase, ExtendCase, MergeCase, MigrateCase, TransferTask

Said = Mapping[str, Any]


def extend(work: Work, code: str, said: Said) -> None:
    """Grant more time; `said` has by, capacity, reason, legal_basis. Raises NotFound."""
    _known(work, code)
    work.send(ExtendCase(case=code, at=work.now, **said))


def transfer(work: Work, code: str, said: Said) -> None:
    """Hand a task to another department; `said` has task, department, by, reason.

    Raises NotFound.
    """
    _known(work, code)
    work.send(TransferTask(case=code, at=work.now, **said))


def correct(work: Work, code: str, said: Said) -> None:
    """Correct what was recorded; `said` has form, note, by, reason. Raises NotFound."""
    _known(work, code)
    work.send(CorrectCase(case=code, at=work.now, **said))


def merge(work: Work, code: str, said: Said) -> None:
    """Close a repeated application into the first; `said` has into, by, reason. Raises NotFound."""
    _known(work, code)
    _known(work, said["into"])
    work.send(MergeCase(case=code, at=work.now, **said))


def migrate(work: Work, code: str, said: Said) -> None:
    """Carry a case to another version of its item; `said` has version, by, reason.

    Raises NotFound.
    """
    _known(work, code)
    work.send(MigrateCase(case=code, at=work.now, **said))


def _known(work: Work, code: str) -> None:
    case = store.case_of(work.transaction, code)
    if case is None:
        raise NotFound(f"there is no case {code}")
    if case.review not in ("", "accepted"):
        raise NotAccepted(f"case {code} is {case.review}: nothing can be ordered about it")
