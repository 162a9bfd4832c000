"""Amounts of working time as people read them, in both languages. Pure."""

from collections.abc import Mapping

UNITS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "zh": {
        "working_days": ("个工作日", "个工作日"),
        "working_hours": ("个工作小时", "个工作小时"),
        "calendar_days": ("天", "天"),
    },
    "en": {
        "working_days": (" working day", " working days"),
        "working_hours": (" working hour", " working hours"),
        "calendar_days": (" day", " days"),
    },
}
REACHED: Mapping[str, str] = {"zh": "已到期", "en": "Limit reached"}
"""What is said of a limit that has passed by less than can be counted in its unit."""


def span(language: str, amount: float, unit: str) -> str:
    """3个工作日 or 3 working days; `unit` is one of `Unit`."""
    number = f"{amount:g}" if amount == int(amount) else f"{amount:.1f}"
    one, other = UNITS[language][unit]
    return f"{number}{one if abs(amount) == 1 else other}"


def left(language: str, amount: float, unit: str, *, passed: bool = False) -> str:
    """What is left of a limit, or by how much it is overrun when that is negative. `passed` says
    that it has passed, also where that is no whole day yet."""
    if passed and round(amount, 1) == 0:
        return REACHED[language]
    before = {"zh": ("剩", "超"), "en": ("", "")}[language]
    after = {"zh": ("", ""), "en": (" left", " over")}[language]
    late = amount < 0
    return f"{before[late]}{span(language, abs(amount), unit)}{after[late]}"
