"""One case over HTTP, from hand-in to its end, through all four services and the departments."""

from typing import Any

from tests.journey.journey import Case, Journey, receipt_of
from tests.journey.office import CONDITION, LEGAL_BASIS
from tests.journey.town import DESK, Town, effects

ALL_TASKS = {
    "siting",
    "geological-hazard",
    "environmental-impact",
    "soil-water",
    "project-approval",
    "fire-safety",
    "air-defence",
    "lightning",
    "planning-permit",
    "archives-commitment",
    "construction-permit",
}


def in_state(case: Case, state: str) -> set[str]:
    return {task for task, it in case.tasks.items() if it == state}


def steps(town: Town, case: Case) -> list[dict[str, Any]]:
    """The case stream as supervision wrote it down."""
    entries = town.trace(case.code)["entries"]
    return [it["message"] for it in entries if it["type"] == "case.progressed"]


def order(town: Town, case: Case) -> list[tuple[str, str]]:
    """What happened, as kind and task, in order."""
    return [(it["kind"], it.get("task", "")) for it in town.changes(case.code)]


def of_task(town: Town, case: Case, task: str) -> list[str]:
    return [kind for kind, of in order(town, case) if of == task]


def change(town: Town, case: Case, kind: str, task: str = "") -> dict[str, Any]:
    changes = town.changes(case.code)
    return next(it for it in changes if it["kind"] == kind and it.get("task", "") == task)


def test_every_case_ends_as_its_departments_say(calm: Journey) -> None:
    assert {it.story.name: it.fate for it in calm.cases} == {
        it.story.name: it.story.fate for it in calm.cases
    }


def test_the_trace_of_every_case_verifies_and_its_numbers_have_no_gap(calm: Journey) -> None:
    for case in calm.cases:
        trace = calm.town.trace(case.code)
        assert (trace["verified"], trace["findings"]) == (True, [])
        assert [it["position"] for it in trace["entries"]] == [
            *range(1, trace["head"]["count"] + 1)
        ]
        numbers = [it["number"] for it in steps(calm.town, case)]
        assert numbers == [*range(1, len(numbers) + 1)]


def test_every_clock_of_every_case_has_ended(calm: Journey) -> None:
    for case in calm.cases:
        clocks = calm.town.clocks(case.code)
        assert ("statutory", "") in clocks
        assert {it["state"] for it in clocks.values()} == {"ended"}, case.story.name


def test_every_department_was_asked_once_and_nothing_was_set_aside(calm: Journey) -> None:
    codes = {case.code for case in calm.cases}
    counted = effects([call for call in calm.town.calls() if call.case in codes])
    assert set(counted.values()) == {1}
    assert calm.town.parked() == []


def test_a_department_reads_its_materials_over_their_links(calm: Journey) -> None:
    (call,) = (
        it for it in calm.town.calls() if (it.case, it.task) == (calm["plain"].code, "siting")
    )
    assert call.read == "%PDF-1.4\n% application-report of plain\n%%EOF\n"


def test_a_small_project_needs_only_the_tasks_in_sequence(calm: Journey) -> None:
    case, town = calm["plain"], calm.town
    sequence = ["siting", "project-approval", "planning-permit", "construction-permit"]
    assert in_state(case, "completed") == set(sequence)
    assert in_state(case, "skipped") == ALL_TASKS - set(sequence)
    happened = [it for it in order(town, case) if it[1] in sequence]
    assert happened == [
        (kind, task) for task in sequence for kind in ("task.assigned", "task.completed")
    ]
    assert order(town, case)[0] == ("case.opened", "")
    assert order(town, case)[-1] == ("case.decided", "")


def test_the_due_dates_are_those_that_a_person_counts_on_the_calendar(calm: Journey) -> None:
    # After Friday 18 September: Sunday 20 is worked, 25 to 27 are off, 1 to 7 October are off,
    # Saturday 10 October is worked. The 5th working day is Thursday 24 September, the 8th the
    # 30th, the 30th Thursday 5 November, the 45th Thursday 26 November.
    clocks = calm.town.clocks(calm["plain"].code)
    assert clocks["promised", ""]["due_at"] == "2026-11-05T17:00:00+08:00"
    assert clocks["statutory", ""]["due_at"] == "2026-11-26T17:00:00+08:00"
    assert clocks["handling", "siting"]["due_at"] == "2026-09-24T17:00:00+08:00"
    assert clocks["acceptance", "siting"]["due_at"] == "2026-09-20T17:00:00+08:00"


def test_a_large_project_needs_every_task_and_some_go_side_by_side(calm: Journey) -> None:
    case, town = calm["whole"], calm.town
    assert in_state(case, "completed") == ALL_TASKS
    first = {it.get("task") for it in steps(town, case)[0]["changes"]}
    assert first == {None, "siting", "environmental-impact", "soil-water"}
    happened = order(town, case)
    begun = happened.index(("task.assigned", "planning-permit"))
    assert happened.index(("task.completed", "project-approval")) < begun
    assert happened.index(("task.completed", "geological-hazard")) < begun
    last = happened.index(("task.assigned", "construction-permit"))
    before = {task for kind, task in happened[:last] if kind == "task.completed"}
    assert before == ALL_TASKS - {"construction-permit"}


def test_people_at_a_desk_and_a_clerk_take_part_in_it(calm: Journey) -> None:
    case, town = calm["whole"], calm.town
    assert of_task(town, case, "archives-commitment") == [
        "task.assigned",
        "task.accepted",
        "task.completed",
    ]
    desk = change(town, case, "task.completed", "archives-commitment")
    assert (desk["department"], desk["officer"]) == (DESK, "窗口工作人员")
    assert of_task(town, case, "soil-water") == [
        "task.assigned",
        "task.noted",
        "task.accepted",
        "task.completed",
    ]


def test_the_conditions_of_a_department_stand_in_the_decision(calm: Journey) -> None:
    decided = change(calm.town, calm["whole"], "case.decided")
    assert decided["outcome"] == "approved_with_conditions"
    assert decided["conditions"] == [CONDITION]


def test_a_department_sees_what_its_task_needs_and_nothing_else(calm: Journey) -> None:
    call = calm.town.assigned()[calm["whole"].code, "fire-safety"]
    assert call.form == ("building_area", "flammable_site", "project_name", "project_site")


def test_a_rejection_ends_the_case_and_takes_open_tasks_back(calm: Journey) -> None:
    case, town = calm["rejected"], calm.town
    decided = change(town, case, "case.decided")
    assert decided["reasons"] == [
        "选址位于饮用水水源保护区",
        "《中华人民共和国水污染防治法》第六十五条",
    ]
    assert case.tasks["siting"] == "cancelled"
    assert case.tasks["planning-permit"] == "waiting"
    told = {(it.department, it.task) for it in cancellations(town, case)}
    assert told == {("planning", "siting")}


def test_a_return_stops_the_clocks_until_the_supplement_is_there(calm: Journey) -> None:
    case, town = calm["returned"], calm.town
    assert of_task(town, case, "fire-safety") == [
        "task.assigned",
        "task.accepted",
        "task.returned",
        "clock.suspended",
        "clock.resumed",
        "task.completed",
    ]
    kinds = [kind for kind, _ in order(town, case)]
    assert kinds.index("case.supplemented") < kinds.index("clock.resumed")
    assert "suspended" in {it["state"] for it in steps(town, case)}
    calls = [it for it in town.calls() if (it.case, it.task) == (case.code, "fire-safety")]
    assert [it.supplemented for it in calls] == [False, True]


def test_a_withdrawal_is_told_to_every_department_at_work(calm: Journey) -> None:
    case, town = calm["withdrawn"], calm.town
    assert case.tracked["outcome"] is None
    assert in_state(case, "cancelled") == {"siting", "environmental-impact"}
    told = {(it.department, it.task) for it in cancellations(town, case)}
    assert told == {("planning", "siting"), ("ecology", "environmental-impact")}
    assert order(town, case)[-1] == ("case.withdrawn", "")


def cancellations(town: Town, case: Case) -> list[Any]:
    return [it for it in town.calls() if it.kind == "cancelled" and it.case == case.code]


def test_a_case_on_a_promise_is_decided_when_the_paper_is_there(calm: Journey) -> None:
    case, town = calm["conditional"], calm.town
    (deferral,) = case.receipt["deferrals"]
    assert (deferral["material"], deferral["due_on"]) == ("funds-proof", "2026-10-12")
    kinds = [kind for kind, _ in order(town, case)]
    assert kinds[-2:] == ["case.supplemented", "case.decided"]
    assert steps(town, case)[-2]["state"] == "awaiting_materials"
    assert change(town, case, "case.supplemented")["deferrals_met"] == ["funds-proof"]
    assert town.clocks(case.code)["deferral", ""]["due_at"] == "2026-10-12T17:00:00+08:00"


def test_a_forged_answer_is_refused_recorded_and_alerted_once(calm: Journey) -> None:
    case, town = calm["conditional"], calm.town
    (alert,) = town.alerts(case.code)
    assert alert["rung"] == "refused"
    assert "department.tax" in alert["text"]
    types = [it["type"] for it in town.trace(case.code)["entries"]]
    assert sorted(it for it in types if it != "case.progressed") == [
        "alert.raised",
        "message.refused",
    ]


def test_a_declined_task_goes_to_the_proposed_or_to_the_lead_department(calm: Journey) -> None:
    case, town = calm["passed-on"], calm.town
    departments = {it["task"]: it["department"] for it in case.tracked["tasks"]}
    assert departments["lightning"] == "fire"
    assert departments["fire-safety"] == "development-reform"
    for task in ("lightning", "fire-safety"):
        kinds = ["task.assigned", "task.declined", "task.assigned", "task.completed"]
        assert of_task(town, case, task) == kinds


def test_a_special_procedure_stops_the_clocks_on_its_legal_basis(calm: Journey) -> None:
    case, town = calm["passed-on"], calm.town
    assert of_task(town, case, "planning-permit") == [
        "task.assigned",
        "task.accepted",
        "clock.suspended",
        "clock.resumed",
        "task.completed",
    ]
    stopped = change(town, case, "clock.suspended", "planning-permit")
    assert stopped["legal_basis"] == LEGAL_BASIS
    assert stopped["reason"] == "专家评审 (5 working days)"


def test_handing_in_again_under_the_same_key_gives_the_same_receipt(calm: Journey) -> None:
    for case in calm.cases:
        assert receipt_of(calm.town.intake, case) == case.receipt
