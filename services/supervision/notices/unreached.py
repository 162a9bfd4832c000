"""An alert that reached none of its people is itself an alert: `unreached`, once for each.

It goes up the line, to the people of the next rung that has somebody there, and always to the file
and to the exchange. Where it reaches none of them either, the next one goes further up; above the
highest rung, and for what has no rungs, the roles are asked that the policy names for it, one after
the other. Where none is left it is told in the file, on the exchange and in the figures alone.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.supervision import handlers, store
from services.supervision.alerts import LINE, PARAGRAPH, RUNGS
from services.supervision.domain import Case
from services.supervision.notices.notice import Notice
from services.supervision.recipients import Recipient
from services.supervision.trace import Entry, append, canonical
from shared.delivery.work import Work
from shared.messages import AlertRaised, Text
from shared.messages.alerts import Addressee
from shared.messages.registry import name_of
from shared.values import with_changed

UNREACHED = "unreached"
NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Higher:
    """The people of the next rung above that has somebody there, or of a role; `rung` is empty
    where nobody is left. `policy` is the version that says so."""

    rung: str = ""
    policy: str = ""
    recipients: tuple[Recipient, ...] = ()
    remarks: tuple[Text, ...] = ()


Above = Callable[[AlertRaised, str, Case | None, datetime], Higher]
"""(alert, the rung whose people it did not reach, its case, now) -> whom to turn to."""


def raised_about(
    work: Work,
    some: Sequence[tuple[AlertRaised, Sequence[Notice]]],
    cases: Mapping[str, Case],
    *,
    above: Above,
    channels: Sequence[str],
) -> list[AlertRaised]:
    """Raise the alerts about alerts that reached nobody. Their cases are locked, and each notice is
    as it is now. What was raised."""
    current, entries = dict(cases), list[Entry]()
    raised, recipients = list[tuple[AlertRaised, str]](), dict[str, Sequence[Recipient]]()
    for alert, notices in some:
        case = current.get(alert.case)
        higher = above(alert, rung_of(alert), case, work.now)
        new = of_unreached(alert, notices, higher, work.now)
        if case:
            head, entry = append(
                case.head,
                case=case.code,
                source=handlers.ITSELF,
                type=name_of(AlertRaised),
                at=new.at,
                message=new,
            )
            current[case.code] = with_changed(case, head=head)
            entries.append(entry)
        raised.append((new, canonical(new)))
        if higher.recipients:
            recipients[new.alert] = higher.recipients
    store.save_cases(work.transaction, [it for it in current.values() if it is not cases[it.code]])
    store.save_trace(work.transaction, entries)
    handlers.raise_alerts(work, raised, channels, recipients)
    return [alert for alert, _body in raised]


def of_unreached(
    alert: AlertRaised, notices: Sequence[Notice], higher: Higher, now: datetime
) -> AlertRaised:
    """The alert about one that reached none of its people. Its id names the rung whose people are
    told of it."""
    said = RUNGS[UNREACHED]
    digest = hashlib.sha256(alert.alert.encode()).hexdigest()[:32]
    return AlertRaised(
        alert=f"{UNREACHED}/{higher.rung or NOBODY}/{digest}",
        rung=UNREACHED,
        at=now,
        case=alert.case,
        clock=alert.clock,
        department=alert.department,
        task=alert.task,
        due_at=alert.due_at,
        title=Text(
            zh=f"{said.zh}：{alert.title.zh}"[:LINE], en=f"{said.en}: {alert.title.en}"[:LINE]
        ),
        text="\n".join([alert.alert, *map(_line, notices)])[:PARAGRAPH],
        addressees=tuple(
            Addressee(person=it.person, name=it.name, why=it.why) for it in higher.recipients
        ),
        remarks=higher.remarks,
        follows=alert.alert,
        policy=higher.policy,
    )


def rung_of(alert: AlertRaised) -> str:
    """The rung whose people were to be told of an alert, or the role (`at-centre`)."""
    return alert.alert.split("/")[1] if alert.rung == UNREACHED else alert.rung


def _line(notice: Notice) -> str:
    who = notice.name or notice.why.en
    return f"{who}: {', '.join(notice.channels) or '-'}: {notice.error}"
