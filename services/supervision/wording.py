"""The lines that explain a clock, in the words of both languages."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from services.supervision.happenings import Happening
from shared.messages.parts import Text
from shared.worktime import Apart, Calendar, Unit

UNITS = {
    "working_days": Text(zh="个工作日", en="working days"),
    "calendar_days": Text(zh="个自然日", en="calendar days"),
    "working_hours": Text(zh="个工作小时", en="working hours"),
}
UNKNOWN = Text(zh="原因未记录", en="no reason is recorded")


class Words:
    """Words for amounts of one unit and for instants of one calendar."""

    def __init__(self, unit: Unit, calendar: Calendar) -> None:
        self._unit, self._calendar = UNITS[unit], calendar
        self._by_day = unit != "working_hours"

    def granted(self, amount: int, begin: datetime, source: str) -> Text:
        rule = Text(zh="，当日不计入", en="; the day of the event does not count")
        by_day = rule if self._by_day else Text(zh="", en="")
        basis = Text(zh=f"（{source}）", en=f" ({source})") if source else Text(zh="", en="")
        many, at = self.amount(Fraction(amount)), self.at(begin)
        return Text(
            zh=f"自 {at} 起 {many.zh}{basis.zh}{by_day.zh}",
            en=f"{many.en} from {at}{basis.en}{by_day.en}",
        )

    def ran(self, begin: datetime, end: datetime, units: Fraction, used: Fraction) -> Text:
        many, so_far, span = self.amount(units), self.amount(used), self._span(begin, end)
        if used == units:
            return Text(zh=f"{span.zh} 计时：{many.zh}", en=f"ran {span.en}: {many.en}")
        return Text(
            zh=f"{span.zh} 计时：{many.zh}，已用 {so_far.zh}",
            en=f"runs {span.en}: {many.en}, {_number(used)} of them used",
        )

    def stopped(
        self,
        begin: datetime,
        end: datetime | None,
        units: Fraction,
        causes: Sequence[Happening],
        resumed: Happening | None,
    ) -> Text:
        many, why = self.amount(units), _causes(causes)
        span = self._span(begin, end) if end else self._since(begin)
        after = _after(resumed)
        return Text(
            zh=f"{span.zh} 中止：{why.zh}；{many.zh}不计入{after.zh}",
            en=f"stopped {span.en}: {why.en}; {many.en} not counted{after.en}",
        )

    def extended(self, amount: int, cause: Happening | None, source: str) -> Text:
        many = self.amount(Fraction(amount))
        why = _cause(cause) if cause else Text(zh=source, en=source)
        when = (
            Text(zh=f"（{self.at(cause.at)}）", en=f" on {self.at(cause.at)}") if cause else NOTHING
        )
        return Text(
            zh=f"延期 {many.zh}{when.zh}{_led('：', why.zh)}",
            en=f"extended by {many.en}{when.en}{_led(': ', why.en)}",
        )

    def apart(self, days: Apart) -> Text:
        one = days.first == days.last
        zh = f"{days.first}" if one else f"{days.first} 至 {days.last}"
        en = f"{days.first}" if one else f"{days.first} to {days.last}"
        if days.hours:
            return Text(
                zh=f"{zh} 办公时间 {days.hours}：{days.source}",
                en=f"{en} worked {days.hours}: {days.source}",
            )
        is_zh, is_en = ("上班", "worked") if days.working else ("放假", "off")
        return Text(zh=f"{zh} {is_zh}：{days.source}", en=f"{en} {is_en}: {days.source}")

    def moved(self, spent: datetime, due: datetime) -> Text:
        last, end = f"{spent:%Y-%m-%d}", f"{due:%Y-%m-%d}"
        return Text(
            zh=f"最后一日 {last} 不办公或计时中止，顺延至 {end}（民法典第二百零三条）",
            en=f"the last day, {last}, is off or stopped: it ends on {end} (Civil Code, art. 203)",
        )

    def due(self, due: datetime, unpublished: Sequence[int]) -> Text:
        at, years = self.at(due), ", ".join(map(str, unpublished))
        if not unpublished:
            return Text(zh=f"到期 {at}", en=f"due {at}")
        return Text(
            zh=f"到期 {at}（暂定：{years} 年放假安排尚未公布）",
            en=f"due {at}, provisional: the holidays of {years} are not published",
        )

    def no_due(self, left: Fraction) -> Text:
        many = self.amount(left)
        return Text(
            zh=f"恢复计时前没有到期时间，尚余 {many.zh}",
            en=f"no due date until it resumes; {many.en} left",
        )

    def stands(self, consumed: Fraction, left: Fraction, late: Fraction, now: datetime) -> Text:
        used, at = self.amount(consumed), self.at(now)
        rest = self.amount(late or left)
        zh, en = ("超期", "late") if late else ("剩余", "left")
        return Text(
            zh=f"截至 {at} 已用 {used.zh}，{zh} {rest.zh}",
            en=f"used by {at}: {used.en}; {rest.en} {en}",
        )

    def recounted(self, cause: Happening) -> Text:
        before, after = (self._iso(it) for it in (cause.due_before, cause.due_after))
        at = self.at(cause.at)
        return Text(
            zh=f"{at} 重新计算：到期由 {before} 变为 {after}：{cause.reason}",
            en=f"counted anew {at}: due {after} instead of {before}: {cause.reason}",
        )

    def amount(self, units: Fraction) -> Text:
        number = _number(units)
        en = self._unit.en.removesuffix("s") if units == 1 else self._unit.en
        return Text(zh=f"{number} {self._unit.zh}", en=f"{number} {en}")

    def at(self, moment: datetime) -> str:
        return f"{self._calendar.local(moment):%Y-%m-%d %H:%M}"

    def _iso(self, text: str | None) -> str:
        return self.at(datetime.fromisoformat(text)) if text else "-"

    def _span(self, begin: datetime, end: datetime) -> Text:
        first, last = self.at(begin), self.at(end)
        return Text(zh=f"{first} 至 {last}", en=f"{first} to {last}")

    def _since(self, begin: datetime) -> Text:
        return Text(zh=f"{self.at(begin)} 起", en=f"since {self.at(begin)}")


NOTHING = Text(zh="", en="")


def given(due: str, source: str) -> Text:
    """The line of a limit that is a date."""
    basis = f" ({source})" if source else ""
    return Text(zh=f"到期 {due}，为约定日期{basis}", en=f"due {due}, a given date{basis}")


def ended(at: str) -> Text:
    """The line of a clock for which what was asked is done."""
    return Text(zh=f"{at} 办结，计时终止", en=f"ended {at}")


def _causes(causes: Sequence[Happening]) -> Text:
    if not causes:
        return UNKNOWN
    told = [_cause(it) for it in causes]
    return Text(zh="；".join(it.zh for it in told), en="; ".join(it.en for it in told))


def _cause(cause: Happening) -> Text:
    """Reason, legal basis and who, as far as they are recorded."""
    who_zh = f"{cause.department}{'：' if cause.department and cause.by else ''}{cause.by}"
    who_en = " of ".join(filter(None, (cause.by, cause.department)))
    reason = Text(zh=cause.reason, en=cause.reason) if cause.reason else UNKNOWN
    return Text(
        zh="，".join(filter(None, (reason.zh, _led("依据", cause.legal_basis), who_zh))),
        en=", ".join(filter(None, (reason.en, cause.legal_basis, _led("by ", who_en)))),
    )


def _after(resumed: Happening | None) -> Text:
    if resumed is None or not resumed.reason:
        return NOTHING
    by_zh, by_en = _led("，", resumed.by), _led(", by ", resumed.by)
    return Text(zh=f"；恢复：{resumed.reason}{by_zh}", en=f"; resumed: {resumed.reason}{by_en}")


def _led(lead: str, text: str) -> str:
    return f"{lead}{text}" if text else ""


def _number(units: Fraction) -> str:
    return f"{float(units):.2f}".rstrip("0").rstrip(".")
