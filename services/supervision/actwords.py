"""What somebody did about an alert, as the trace of its case tells it, in both languages."""

from collections.abc import Callable
from typing import Any

from services.supervision.reasons import RUNG_NAMES
from shared.messages.parts import Text

Said = dict[str, Any]


def words(said: Said) -> Text:
    """The line of an act, from its JSON."""
    rung = said["alert"].rpartition("/")[2]
    card = RUNG_NAMES.get(rung, Text(zh="提醒", en="Alert"))
    who = f"{said['by']}（{said['capacity']}）" if said["capacity"] else said["by"]
    by = f"{said['by']} ({said['capacity']})" if said["capacity"] else said["by"]
    told = LINES[said["kind"]](said)
    return Text(zh=f"{card.zh}：{told.zh}（{who}）", en=f"{card.en}: {told.en}, by {by}")


LINES: dict[str, Callable[[Said], Text]] = {
    "acknowledgement": lambda it: Text(
        zh=_joined("已签认", "：", it["text"]), en=_joined("acknowledged", ": ", it["text"])
    ),
    "comment": lambda it: Text(zh=f"备注：{it['text']}", en=f"comment: {it['text']}"),
    "action": lambda it: Text(
        zh=f"要求 {it['department']} 于 {it['due_on']} 前：{it['text']}",
        en=f"{it['department']} is to act by {it['due_on']}: {it['text']}",
    ),
    "done": lambda it: Text(
        zh=_joined(f"第 {it['action']} 条要求已落实", "：", it["text"]),
        en=_joined(f"action {it['action']} is done", ": ", it["text"]),
    ),
    "appeal": lambda it: Text(zh=f"申请撤销：{it['text']}", en=f"appeal: {it['text']}"),
    "withdrawal": lambda it: Text(zh=f"撤销：{it['text']}", en=f"withdrawn: {it['text']}"),
    "refusal": lambda it: Text(
        zh=f"撤销申请不予采纳：{it['text']}", en=f"appeal refused: {it['text']}"
    ),
}


def _joined(what: str, lead: str, text: str) -> str:
    return f"{what}{lead}{text}" if text else what
