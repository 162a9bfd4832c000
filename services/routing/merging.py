"""Repeated applications: the second case is closed into the first.

Both cases take a step: the second is closed, and the first says that it has absorbed it. Where the
two do not belong together the second says that the order was refused, and the first says nothing.
"""

from services.routing.answers import Origin, refuse
from services.routing.case import Case
from services.routing.handing import cancel_open
from services.routing.step import Step, Stepped
from shared.messages import MergeCase
from shared.messages.ordered import Absorbed, Merged


def merge(
    second: Step, first: Step | None, message: MergeCase, origin: Origin
) -> tuple[Stepped, Stepped | None]:
    """Close one case into another; what became of the second, and of the first if it was changed.

    `first` is None where the order names the case itself.
    """
    problem = _problem(second.case, first.case if first else None)
    if problem or first is None:
        refuse(second, message, origin, f"{message.by}: {problem}")
        return second.done(), None
    cancel_open(second, f"the case was merged into {first.case.code}")
    second.end = "withdrawn"
    who = {"by": message.by, "reason": message.reason}
    second.changes.append(Merged(into=first.case.code, **who))
    first.changes.append(Absorbed(case=second.case.code, **who))
    return second.done(), first.done()


def _problem(second: Case, first: Case | None) -> str:
    if second.closed:
        return f"the case is {second.state} already"
    if first is None:
        return "a case cannot be merged into itself"
    if first.closed:
        return f"{first.code} is {first.state} already"
    if first.item != second.item:
        return f"{first.code} is about {first.item}"
    one, other = first.application.applicant, second.application.applicant
    if (one.kind, one.number) != (other.kind, other.number):
        return f"{first.code} has another applicant"
    return ""
