"""From the figures of rounds to what is shown: medians, spans, ratios."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from deploy.bench.scenarios import OURS, Rounds


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure over all rounds."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.least)} to {_short(self.most)})"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is to be reached: `figure` of a scenario's `kind` against another's, or alone."""

    text: str
    reached: float
    wanted: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self.reached <= self.wanted if self.at_most else self.reached >= self.wanted


def over_rounds(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    """Each figure of the rounds; those of parts are named `part/figure`."""
    flat = [dict(_flat(it)) for it in rounds]
    return {name: _figure([it[name] for it in flat if name in it]) for name in flat[0]}


def goals(results: Mapping[str, Mapping[str, Rounds]]) -> list[Goal]:
    """The goals about which these results say something."""
    return [*_of_cases(results.get("cases", {})), *_of_rest(results)]


def _of_cases(found: Mapping[str, Rounds]) -> Iterable[Goal]:
    saturated = found.get("saturated", {})
    for peer, wanted in (("dramatiq_p1t8", 2.5), ("nameko", 8.0), ("raw_buf_quorum_pg2", 0.2)):
        if peer in saturated:
            ours, theirs = (_mid(saturated[it], "cases_per_second") for it in (OURS, peer))
            yield Goal(text=f"cases/s, times {peer}", reached=ours / theirs, wanted=wanted)
    if found.get("light"):
        late = _mid(found["light"][OURS], "decided_p95_ms")
        text = "p95 to the decision at 5 cases/s, ms"
        yield Goal(text=text, reached=late, wanted=60.0, at_most=True)


def _of_rest(results: Mapping[str, Mapping[str, Rounds]]) -> Iterable[Goal]:
    if "growth" in results:
        rates = [_mid(it, "cases_per_second") for it in results["growth"]["saturated"].values()]
        text = "cases/s with most cases stored, times that with fewest"
        yield Goal(text=text, reached=rates[-1] / rates[0], wanted=0.8)
    if "timers" in results:
        together, alone = (results["timers"][it][OURS] for it in ("together", "alone"))
        for text, rounds, name, wanted in (
            ("all that is due at once recorded after, s", together, _ALL, 10.0),
            ("memory of the clocks, MiB", together, "memory_of_clocks_mib", 300.0),
            ("the latest single alert, ms", alone, "delay_max_ms", 1_000.0),
        ):
            yield Goal(text=text, reached=_mid(rounds, name), wanted=wanted, at_most=True)
    if "wall" in results:
        looks = results["wall"]["looks"][OURS]
        for text, name, wanted in (
            ("the wall answers, p95, ms", "warm_p95_ms", 200.0),
            ("the list of open tasks answers, p95, ms", "tasks_p95_ms", 200.0),
            ("an application on the wall, the latest, ms", f"{_SHOWN}_most_ms", 1_000.0),
        ):
            yield Goal(text=text, reached=_mid(looks, name), wanted=wanted, at_most=True)


_SHOWN = "from_the_window_to_the_wall"
_ALL = "seconds_until_all_recorded"


def _mid(rounds: Sequence[Mapping[str, Any]], name: str) -> float:
    return float(median(it[name] for it in rounds))


def _flat(figures: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, float]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}/")
        elif value is not None:
            yield prefix + name, float(value)


def _figure(values: Sequence[float]) -> Figure:
    return Figure(median=median(values), least=min(values), most=max(values))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
