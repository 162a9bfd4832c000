"""What a map says in words: times, titles, and what is read out of each of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.supervision.flow.flows import END, START, Edge, Node
from shared.messages.parts import Text

Language = Literal["zh", "en"]
ENDS = {START: Text(zh="受理", en="Accepted"), END: Text(zh="办结", en="Closed")}
TIMES = {"zh": "{count} 次", "en": "{count}×"}
NODE = {
    "zh": "{title}：{count} 次，办理中位 {time}（不含中止，含中止 {whole}），占总时长 {share}",
    "en": "{title}: {count} times, handled for {time} (median, without stops; with them {whole}),"
    " {share} of the whole time",
}
EDGE = {
    "zh": "{before} → {after}：{count} 次，等待中位 {time}，占总时长 {share}",
    "en": "{before} → {after}: {count} times, waited {time} (median), {share} of the whole time",
}
DAYS = {"zh": "{amount} 工作日", "en": "{amount} d"}
HOURS = {"zh": "{amount} 小时", "en": "{amount} h"}
MINUTES = {"zh": "{amount} 分", "en": "{amount} min"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """The language of a map, what its tasks are called, and the hours of a working day."""

    language: Language
    titles: Mapping[str, Text] = field(default_factory=dict)
    day: float = 7.0

    def title(self, task: str) -> str:
        """What a task, the opening or the close is called; its key where nobody says."""
        title = ENDS.get(task) or self.titles.get(task)
        return (getattr(title, self.language) if title else "") or task

    def time(self, hours: float | None) -> str:
        """Hours of business: in minutes below one, in working days from one on."""
        if hours is None:
            return "–"
        if abs(hours) >= self.day:
            return DAYS[self.language].format(amount=_amount(hours / self.day))
        if abs(hours) >= 1:
            return HOURS[self.language].format(amount=_amount(hours))
        return MINUTES[self.language].format(amount=round(hours * 60))

    def times(self, count: int) -> str:
        return TIMES[self.language].format(count=f"{count:,}")

    def node(self, it: Node, share: float) -> str:
        """A task with its figures, as it is read out."""
        return NODE[self.language].format(
            title=self.title(it.task),
            count=f"{it.count:,}",
            time=self.time(it.handling.median),
            whole=self.time(it.with_stops.median),
            share=percent(share),
        )

    def edge(self, it: Edge, share: float) -> str:
        """An edge with its figures, as it is read out."""
        return EDGE[self.language].format(
            before=self.title(it.before),
            after=self.title(it.after),
            count=f"{it.count:,}",
            time=self.time(it.waiting.median),
            share=percent(share),
        )


def percent(share: float) -> str:
    """A share of 1: `12%`, `0.4%` below one in a hundred."""
    return f"{share:.0%}" if share >= 0.01 or not share else f"{share:.1%}"


def _amount(number: float) -> str:
    """One decimal below ten, none from there on."""
    return f"{number:.1f}".removesuffix(".0") if abs(number) < 10 else f"{number:,.0f}"
