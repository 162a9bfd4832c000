"""How the departments of the example city handle their tasks: pure rules, by what a task shows.

An office answers in steps: after so many working days, this result. The first step of a task that
takes time is preceded by its acceptance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onewindow_worker import (
    Result,
    Task,
    approve,
    approve_with_conditions,
    reject,
    resume,
    return_for_supplement,
    suspend,
)


@dataclass(frozen=True)
class Step:
    """`result` is given `days` working days after the step before it; 0 is at once."""

    days: int
    result: Result


Office = Callable[[Task], tuple[Step, ...]]

USUAL_DAYS: Mapping[str, int] = {
    "siting": 2,
    "project-approval": 3,
    "environmental-impact": 6,
    "soil-water": 4,
    "planning-permit": 3,
    "construction-permit": 3,
}
SLOW_SURVEY = 200_000
"""Cubic metres of earthwork for which the water bureau surveys the site itself, and takes long."""


def answer(task: Task) -> tuple[Step, ...]:
    """What the office that holds this task does with it."""
    return OFFICES.get(task.task, _approves)(task)


def _approves(task: Task) -> tuple[Step, ...]:
    usual = USUAL_DAYS.get(task.task, 2)
    days = usual if task.handling is None else min(usual, task.handling.amount - 2)
    return (Step(max(0, days), approve("符合要求 / meets the requirements", officer="经办人")),)


def _siting(task: Task) -> tuple[Step, ...]:
    hazardous = "山" in task.form["project_site"]
    found = {"hazard_area": hazardous}
    return (Step(2, approve("符合国土空间规划 / conforms to the plan", results=found)),)


def _geological_hazard(_task: Task) -> tuple[Step, ...]:
    review = suspend(
        "专家评审 / expert review",
        legal_basis="《中华人民共和国行政许可法》第四十五条",
        days=5,
    )
    return (
        Step(0, review),
        Step(5, resume("评审通过 / the experts agree")),
        Step(1, approve("地质灾害危险性小 / low hazard")),
    )


def _environmental_impact(task: Task) -> tuple[Step, ...]:
    if task.form["industry"] == "energy" and "水源" in task.form["project_site"]:
        reasons = "选址位于饮用水水源保护区 / the site lies in a drinking water protection zone"
        return (Step(4, reject(reasons, legal_basis="《中华人民共和国水污染防治法》第六十五条")),)
    return _approves(task)


def _soil_water(task: Task) -> tuple[Step, ...]:
    days = 16 if task.form["earthwork"] >= SLOW_SURVEY else USUAL_DAYS["soil-water"]
    return (Step(days, approve("水土保持措施可行 / the measures suffice")),)


def _fire_safety(task: Task) -> tuple[Step, ...]:
    if task.form["building_area"] >= 30_000 and not task.supplemented:
        missing = {
            "design-plan": "缺少室外消防给水平面图 / the plan of outdoor fire water is missing"
        }
        return (
            Step(1, return_for_supplement(missing, legal_basis="《中华人民共和国消防法》第八条")),
        )
    return (Step(2, approve("消防车通道满足要求 / the fire lanes suffice")),)


def _lightning(_task: Task) -> tuple[Step, ...]:
    conditions = ["竣工前进行防雷装置检测 / have the lightning protection tested before completion"]
    return (Step(2, approve_with_conditions(conditions)),)


def _registration(task: Task) -> tuple[Step, ...]:
    # A credit code would come from the registry; here it only has to look like one.
    code = {"credit_code": f"91330100MA{task.case[12:19]}X"}
    return (Step(0, approve("准予设立登记 / registered", results=code)),)


OFFICES: Mapping[str, Office] = {
    "siting": _siting,
    "geological-hazard": _geological_hazard,
    "environmental-impact": _environmental_impact,
    "soil-water": _soil_water,
    "fire-safety": _fire_safety,
    "lightning": _lightning,
    "registration": _registration,
}
