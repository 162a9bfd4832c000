"""Of which answers that did not count somebody is told: every one is in the trace, some alert.

A forged answer always alerts. So do, unless the policy says otherwise, one of a department that
does not hold the task, a second, different one to a task that is settled, and the same one again
under another message id, as a replay would be (who sends again what he has sent keeps its id).
Harmless is one that crossed with the task's being taken back; an incomplete answer is for the
department to mend.
"""

from collections.abc import Iterator

from services.supervision import alerts
from services.supervision.policies import Policy
from shared.messages import AlertRaised
from shared.messages.progress import CaseProgressed, Refused


def alerts_of(step: CaseProgressed, policy: Policy) -> Iterator[AlertRaised]:
    """The alerts about answers that a step of a case says did not count."""
    for change in step.changes:
        if isinstance(change, Refused) and (change.forged or change.ground in policy.refusals):
            yield alerts.of_refused(step, change)
