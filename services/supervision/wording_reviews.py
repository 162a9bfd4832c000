"""The line that says how a clock before acceptance ended, in the words of both languages."""

from services.supervision.happenings import Happening
from shared.messages.parts import Text
from shared.worktime import Calendar


def reviewed(told: Happening, calendar: Calendar) -> Text:
    """What ended the clock: the correction notice, a clerk, the applicant, or silence."""
    at = f"{calendar.local(told.at):%Y-%m-%d %H:%M}"
    since = f"{calendar.local(told.since):%Y-%m-%d %H:%M}" if told.since else ""
    zh, en = LINES[told.kind]
    return Text(
        zh=zh.format(at=at, since=since, why=told.reason, by=told.by, law=told.legal_basis),
        en=en.format(at=at, since=since, why=told.reason, by=told.by, law=told.legal_basis),
    )


LINES = {
    "notified": (
        "{at} 时限内发出补正告知：{why}，{by}",
        "correction notice sent {at}, within the limit: {why}, by {by}",
    ),
    "accepted": (
        "{at} 受理，{by}；办件时限自 {since} 起算",
        "accepted {at} by {by}; the limits of the case count from {since}",
    ),
    "deemed": (
        "时限内未告知补正，视为受理（{law}），受理日期溯及 {since}",
        "nothing was said in time: deemed accepted ({law}), dated back to {since}",
    ),
    "refused": ("{at} 不予受理：{why}，{by}", "not accepted {at}: {why}, by {by}"),
    "withdrawn": ("{at} 受理前撤回", "withdrawn {at}, before acceptance"),
}
