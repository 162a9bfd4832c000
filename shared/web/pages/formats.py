"""Dates, amounts of time and sizes, as each language writes them."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from shared.lights import TODAY, Hours, rule
from shared.worktime.words import left, span

WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KIBI = 1024


def day(language: str, value: date) -> str:
    """2026年9月18日 or 18 Sep 2026."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def weekday(language: str, value: date) -> str:
    """周五 or Fri."""
    return WEEKDAYS[language][value.weekday()]


def moment(language: str, value: datetime) -> str:
    """The day and the time of day, in the zone that the value has."""
    return f"{day(language, value)} {value:%H:%M}"


def short_moment(language: str, value: datetime) -> str:
    """For a narrow column: 09-18 09:00 or 18 Sep 09:00, the year only in the machine's form."""
    if language == "zh":
        return f"{value:%m-%d %H:%M}"
    return f"{value.day} {MONTHS[value.month - 1]} {value:%H:%M}"


def why(language: str, warning: str, limit: str = "") -> str:
    """Why a light is yellow (Timing.warning): 已用5个工作日的80% or 80% of 5 working days used.
    `limit` is left out where it is not known."""
    zh = language == "zh"
    if warning in ("", TODAY):
        return {"": "", TODAY: "今日到期" if zh else "due today"}[warning]
    meant = rule(warning)
    if isinstance(meant, Fraction):
        share = f"{float(100 * meant):g}%"
        return (
            f"已用{limit or '时限'}的{share}" if zh else f"{share} of {limit or 'the limit'} used"
        )
    amount, unit = (
        (meant.amount, "working_hours") if isinstance(meant, Hours) else (meant, "working_days")
    )
    few = span(language, abs(amount), unit)
    return f"剩余不超过{few}" if zh else f"no more than {few} left"


def size(_language: str, octets: int) -> str:
    """A file's size, such as 12 KiB."""
    if octets < KIBI:
        return f"{octets} B"
    if octets < KIBI * KIBI:
        return f"{octets / KIBI:.0f} KiB"
    return f"{octets / KIBI / KIBI:.1f} MiB"


def filters(language: str, zone: tzinfo) -> dict[str, Callable[..., Any]]:
    """The filters of templates. Moments become <time> elements in the zone of the offices."""

    def local(value: datetime | str) -> datetime:
        aware = datetime.fromisoformat(value) if isinstance(value, str) else value
        return aware.astimezone(zone)

    def timed(write: Callable[[str, datetime], str]) -> Callable[[datetime | str], Markup]:
        def filtered(value: datetime | str) -> Markup:
            there = local(value)
            machine = there.isoformat(timespec="minutes")
            text = write(language, there)
            return Markup('<time datetime="{}">{}</time>').format(machine, text)

        return filtered

    return {
        "day": timed(day),
        "moment": timed(moment),
        "short_moment": timed(short_moment),
        "weekday": lambda value: weekday(language, local(value)),
        "clock": lambda value: f"{local(value):%H:%M}",
        "plain_day": lambda value: day(language, date.fromisoformat(str(value))),
        "span": lambda amount, unit="working_days": span(language, amount, unit),
        "left": lambda amount, unit="working_days", passed=False: left(
            language, amount, unit, passed=passed
        ),
        "why": lambda warning, limit="": why(language, warning, limit),
        "size": lambda octets: size(language, octets),
    }
