"""Why somebody is told of an alert, and why somebody else is not, in both languages."""

from collections.abc import Sequence
from datetime import date

from services.supervision.posts import OF_DEPARTMENT, ROLES, Post
from shared.messages.parts import Text

RUNG_NAMES = {
    "reminder": Text(zh="催办提醒", en="Reminder"),
    "yellow": Text(zh="黄牌", en="Yellow card"),
    "red": Text(zh="红牌", en="Red card"),
    "head": Text(zh="报部门负责人", en="Notice to the head"),
    "centre": Text(zh="报督办中心", en="Notice to the centre"),
    "leadership": Text(zh="报分管领导", en="Notice to the leadership"),
}
PARAGRAPH = 8_000
SKIPPED = Text(zh="按规定可跳过本级", en="This level may be skipped.")
NOBODY_ABOVE = Text(zh="更高层级也无人在岗", en="Nobody of a higher level is there either.")


def away(name: str, back: date, post: Post, deputy: str) -> Text:
    """Somebody is away through a day, and who stands in, if anybody does."""
    what = post.words()
    if deputy:
        return Text(
            zh=f"{what.zh} {name} 至 {back} 不在岗，由 {deputy} 代理",
            en=f"{name}, {what.en}, is away until {back}; deputy {deputy}",
        )
    return Text(
        zh=f"{what.zh} {name} 至 {back} 不在岗，且无人代理",
        en=f"{name}, {what.en}, is away until {back}, and no deputy is there.",
    )


def nobody(role: str, department: str) -> Text:
    """Nobody is there for a role."""
    said = ROLES[role]
    if role in OF_DEPARTMENT:
        return Text(
            zh=f"{department} 的{said.zh}无人在岗", en=f"Nobody is {said.en} of {department}."
        )
    return Text(zh=f"{said.zh}无人在岗", en=f"Nobody of the {said.en} is there.")


def instead(rung: str) -> Text:
    """The people of a higher rung are told in their place."""
    said = RUNG_NAMES[rung]
    return Text(zh=f"改由“{said.zh}”一级接收", en=f"Told instead: those of {said.en.lower()!r}.")


def with_people(text: str, names: Sequence[str], remarks: Sequence[Text]) -> str:
    """The text of an alert with who is told, and the remarks about who is not."""
    told = [f"通知 / Told: {', '.join(names)}"] if names else []
    return "\n".join([text, *told, *(f"{it.zh} / {it.en}" for it in remarks)])[:PARAGRAPH]
