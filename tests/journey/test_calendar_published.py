"""A city declares a day off while its cases run, and a trace is taken elsewhere to be checked."""

from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from deploy.cli import app
from services.supervision.verifier import verify_trace
from tests.journey.journey import Case, Journey
from tests.journey.stories import Story
from tests.journey.town import Town
from tests.waiting import eventually

DISTRICT = "330109"


@dataclass(frozen=True, kw_only=True)
class InTheDistrict(Story):
    """A case of a district, so that its calendar touches nobody else's."""

    def application(self, materials: list[dict[str, Any]]) -> dict[str, Any]:
        return super().application(materials) | {"region": DISTRICT}


HELD = InTheDistrict(name="held", fate="withdrawn", script={"siting": "hold"})


def in_hand(town: Town, case: Case) -> None:
    eventually(lambda: (case.code, "siting") in town.assigned(), "the department has the task")
    town.settle()


def siting(town: Town, case: Case) -> dict[str, Any]:
    return town.clocks(case.code).get(("handling", "siting"), {})


def test_a_day_off_that_is_declared_moves_what_it_touches_and_tells_whom_it_concerns(
    town: Town,
) -> None:
    journey = Journey(town, (HELD,))
    journey.hand_in()
    (held,) = journey.cases
    in_hand(town, held)
    assert siting(town, held)["due_at"] == "2026-09-24T17:00:00+08:00"
    published = CliRunner().invoke(
        app,
        [
            *("calendar", "publish", "--region", DISTRICT, "--off", "2026-09-22"),
            *("--source", "notice 12", "--by", "王明"),
            *("--catalogue", str(town.stack.settings.catalogue)),
        ],
    )
    assert published.stdout == "2026-09-22 off\n"
    eventually(
        lambda: siting(town, held)["due_at"] == "2026-09-28T17:00:00+08:00",
        "the due date moves past the day off",
        state=lambda: siting(town, held),
    )
    (line,) = (it for it in siting(town, held)["lines"] if it["kind"] == "recounted")
    assert line["en"].endswith(
        "due 2026-09-28 17:00 instead of 2026-09-24 17:00: notice 12: 2026-09-22 off"
    )
    department = siting(town, held)["department"]
    assert department in {
        it["department"] for it in town.alerts(held.code) if it["rung"] == "calendar"
    }
    journey.withdraw(held)
    journey.play()
    assert town.trace(held.code)["verified"]


def test_a_trace_is_checked_elsewhere_by_what_the_office_has_signed(town: Town) -> None:
    journey = Journey(town, (HELD,))
    journey.hand_in()
    (held,) = journey.cases
    in_hand(town, held)
    told = eventually(lambda: town.supervision.get("/checkpoints"), "the day was signed")
    export = town.supervision.get(f"/cases/{held.code}/export")
    assert verify_trace.verify(export, told["key"]) == []
    export["entries"][0]["body"] = export["entries"][0]["body"].replace("siting", "sitting")
    assert verify_trace.verify(export, told["key"]) == ["entry 1: was changed after it was written"]
    journey.withdraw(held)
    journey.play()
