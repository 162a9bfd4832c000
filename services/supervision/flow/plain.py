"""A map, and what two of them differ in, as JSON values. Times are hours of business."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.supervision.flow.comparing import Difference
from services.supervision.flow.figures import Figures
from services.supervision.flow.flows import END, START, Flow
from services.supervision.flow.words import Words

Plain = dict[str, Any]
NAMES = {START: "opened", END: "closed"}
"""What the opening and the close are called among tasks."""


def plain(flow: Flow, words: Words) -> Plain:
    """All figures of a map; `handling` is without stops."""
    return {
        "cases": flow.cases,
        "time": figures(flow.time),
        "tasks": [
            {
                "task": it.task,
                "title": words.title(it.task),
                "count": it.count,
                "cases": it.cases,
                "departments": dict(it.departments),
                "handling": figures(it.handling),
                "with_stops": figures(it.with_stops),
                "on_way": _rounded(it.on_way),
                "stopped_on_way": _rounded(it.stopped_on_way),
                "stops": it.stops,
            }
            for it in flow.nodes
        ],
        "edges": [
            {
                **_ends(it.before, it.after),
                "count": it.count,
                "waiting": figures(it.waiting),
                "on_way": _rounded(it.on_way),
            }
            for it in flow.edges
        ],
        "bottlenecks": [
            {
                "part": it.part,
                **(_ends(it.before, it.after) if it.after else {"task": it.before}),
                "count": it.count,
                "hours": _rounded(it.hours),
                "share": round(it.share, 4),
            }
            for it in flow.bottlenecks
        ],
        "rework": [asdict(it) | {"hours": _rounded(it.hours)} for it in flow.rework],
        "waits": [
            {"department": it.department, "on": it.on, **figures(it.time)} for it in flow.waits
        ],
    }


def plain_differences(found: Sequence[Difference]) -> list[Plain]:
    """Each figure before and after, and by how much the median and the mean moved."""
    return [
        {
            "kind": it.kind,
            **({"task": it.before} if it.kind == "task" else {}),
            **(_ends(it.before, it.after) if it.kind == "edge" else {}),
            "before": figures(it.earlier),
            "after": figures(it.later),
            "median": _rounded(it.median),
            "mean": _rounded(it.mean),
            "few": it.few,
        }
        for it in found
    ]


def figures(it: Figures) -> Plain:
    """Figures, rounded to a second or so."""
    return {
        "count": it.count,
        "total": _rounded(it.total),
        "mean": _rounded(it.mean),
        "median": _rounded(it.median),
        "p90": _rounded(it.p90),
    }


def _ends(before: str, after: str) -> dict[str, str]:
    return {"from": NAMES.get(before, before), "to": NAMES.get(after, after)}


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 4)
