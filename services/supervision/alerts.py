"""What an alert says, in both languages."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.supervision.clocks import Clock
from services.supervision.ladder import Rung
from services.supervision.moves import Recounted
from services.supervision.reasons import RUNG_NAMES
from shared.messages import AlertRaised, CaseRated, MessageParked, MessageRefused, Text
from shared.messages.progress import CaseProgressed, Refused
from shared.worktime import Calendar

RUNGS = {
    **RUNG_NAMES,
    "unreached": Text(zh="告警未送达", en="Alert reached nobody"),
    "refused": Text(zh="消息被拒收", en="Message refused"),
    "parked": Text(zh="消息滞留", en="Message parked"),
    "calendar": Text(zh="到期时间调整", en="Due dates moved"),
    "rating": Text(zh="差评回访", en="Bad rating, to be called back"),
}
LIMITS = {
    "statutory": Text(zh="法定时限", en="statutory limit"),
    "promised": Text(zh="承诺时限", en="promised limit"),
    "handling": Text(zh="办理时限", en="handling limit"),
    "acceptance": Text(zh="签收时限", en="acceptance limit"),
    "deferral": Text(zh="容缺补齐期限", en="promise to hand in"),
    "correction": Text(zh="补正告知时限", en="limit of the correction notice"),
}
LINE = 300
PARAGRAPH = 8_000
LISTED = 20
"""Of many due dates that moved together, so many are listed in the alert."""


def of_rung(
    clock: Clock, rung: Rung, now: datetime, calendar: Calendar, *, policy: str = ""
) -> AlertRaised:
    """The alert of a rung that was reached. Its id is the clock's and the rung's: there is one.
    `policy` is the version of the policy of that moment."""
    said, limit = RUNGS[rung.name], LIMITS[clock.kind]
    due = calendar.local(clock.due_at) if clock.due_at else None
    return AlertRaised(
        alert=f"{clock.id}/{rung.name}",
        rung=rung.name,
        at=now,
        case=clock.case,
        clock=clock.id,
        department=clock.department,
        task=clock.task,
        due_at=due,
        title=Text(
            zh=f"{said.zh}：{clock.title.zh}，{limit.zh}（{clock.department}）"[:LINE],
            en=f"{said.en}: {clock.title.en}, {limit.en} ({clock.department})"[:LINE],
        ),
        text=_reasons(clock, rung, due, calendar),
        policy=policy,
    )


def following(
    alert: AlertRaised, before: AlertRaised, clock: Clock, calendar: Calendar
) -> AlertRaised:
    """The alert of a rung that fires because nobody has acknowledged the one `before` it."""
    due = calendar.local(clock.due_at) if clock.due_at else None
    end = f"{due:%Y-%m-%d %H:%M}" if due else "-"
    by = calendar.local(before.acknowledge_by or before.at)
    said = RUNGS[before.rung]
    zh = f"到期时间 {end}；“{said.zh}”至 {by:%Y-%m-%d %H:%M} 无人签认。"
    en = f"Due {end}; {said.en!r} was not acknowledged by {by:%Y-%m-%d %H:%M}."
    return replace(alert, text=f"{zh}\n{en}", follows=before.alert)


def _reasons(clock: Clock, rung: Rung, due: datetime | None, calendar: Calendar) -> str:
    end = f"{due:%Y-%m-%d %H:%M}" if due else "-"
    reached = f"{calendar.local(rung.moment):%Y-%m-%d %H:%M}" if rung.moment else "-"
    zh = f"到期时间 {end}；本级触发时间 {reached}。"
    en = f"Due {end}; this rung ({rung.when}) was reached {reached}."
    if clock.ended_at:
        done = f"{calendar.local(clock.ended_at):%Y-%m-%d %H:%M}"
        zh, en = f"{zh}已于 {done} 结束。", f"{en} It has ended since, {done}."
    elif due is None:
        zh, en = f"{zh}计时已中止。", f"{en} The clock is stopped."
    return f"{zh}\n{en}"[:PARAGRAPH]


def of_refused(step: CaseProgressed, change: Refused) -> AlertRaised:
    """The alert of an answer that routing let not count.

    One for each forged message; one for whatever else a department says wrongly of an assignment,
    on one ground, however often it says so.
    """
    told = f"{change.ground}\n{step.case}\n{change.assignment}"
    return _refusal(
        case=step.case,
        at=step.at,
        sender=change.sender,
        message_id=change.message_id if change.forged else told,
        message_type=change.message_type,
        reason=change.reason,
    )


def of_refusal(notice: MessageRefused) -> AlertRaised:
    """The alert of a message that a service refused unread."""
    return _refusal(
        case=notice.case,
        at=notice.at,
        sender=notice.sender,
        message_id=notice.message_id,
        message_type=notice.message_type,
        reason=notice.reason,
    )


def of_parking(notice: MessageParked, notice_id: str) -> AlertRaised:
    """The alert of a message that was set aside; each time that it is, for it may come back."""
    return _about(
        rung="parked",
        alert=f"parked/{notice_id}",
        case=notice.case,
        at=notice.at,
        what=f"{notice.message_type} ({notice.service})",
        text=f"onewindow parked show {notice.message_id}\n{notice.reason}",
    )


def of_recount(department: str, moved: Sequence[Recounted], now: datetime) -> AlertRaised:
    """The alert of due dates of a department that moved together with a calendar. Their reasons,
    and the first of them; the trace of each case has its own."""
    text = json.dumps([department, now.isoformat(), *map(_move, moved)])
    codes = {it.clock.partition("/")[0] for it in moved}
    said = _about(
        rung="calendar",
        alert=f"calendar/{hashlib.sha256(text.encode()).hexdigest()[:32]}",
        case=codes.pop() if len(codes) == 1 else "-",
        at=now,
        what=f"{department} ({len(moved)})",
        text="\n".join([*dict.fromkeys(it.reason for it in moved), *map(_move, moved[:LISTED])]),
    )
    return replace(said, department=department)


def _move(moved: Recounted) -> str:
    before, after = (
        f"{due:%Y-%m-%d %H:%M}" if due else "-" for due in (moved.due_before, moved.due_after)
    )
    return f"{moved.clock}: {before} -> {after}"


def of_rating(rated: CaseRated, until: datetime) -> AlertRaised:
    """The alert of a bad rating: the applicant is called back by `until`."""
    said = _about(
        rung="rating",
        alert=f"{rated.case}/rating",
        case=rated.case,
        at=rated.at,
        what=f"{rated.level}/5",
        text=f"{rated.title.zh}：请于 {until:%Y-%m-%d %H:%M} 前回访。\n"
        f"{rated.title.en}: call the applicant back by {until:%Y-%m-%d %H:%M}.\n{rated.comment}",
    )
    return replace(said, department=rated.lead, due_at=until)


def _refusal(
    *, case: str, at: datetime, sender: str, message_id: str, message_type: str, reason: str
) -> AlertRaised:
    """One alert a message, whether routing or the service that read it refused it.

    The sender is part of the id, so that nobody hides a forgery behind somebody else's message id.
    """
    digest = hashlib.sha256(f"{sender}\n{message_id}".encode(errors="backslashreplace")).hexdigest()
    return _about(
        rung="refused",
        alert=f"refused/{digest[:32]}",
        case=case,
        at=at,
        what=f"{message_type} from {sender}",
        text=reason,
    )


def _about(*, rung: str, alert: str, case: str, at: datetime, what: str, text: str) -> AlertRaised:
    said = RUNGS[rung]
    return AlertRaised(
        alert=alert,
        rung=rung,
        at=at,
        case=case,
        clock="",
        department="",
        task="",
        due_at=None,
        title=Text(zh=f"{said.zh}：{what}"[:LINE], en=f"{said.en}: {what}"[:LINE]),
        text=text[:PARAGRAPH],
    )
