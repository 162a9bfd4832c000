"""SIGKILL for one process in the middle of a journey, several times: no outcome changes."""

import random

import pytest

from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey, receipt_of
from tests.journey.stories import STORIES
from tests.journey.town import Town, effects, worker_of

LAST = 26
"""Departments are called some forty times in this journey; no process is killed after so many."""


class Killer:
    """Kills a process when departments have been called so often, and starts it again."""

    def __init__(self, journey: Journey, victim: str) -> None:
        dice = random.Random(f"the moments at which {victim} is killed")
        self.moments = sorted(dice.sample(range(1, LAST), dice.choice((2, 3))))
        self._journey = journey
        self._victim = victim
        self._before = len(journey.town.calls())

    def __call__(self) -> None:
        called = len(self._journey.town.calls()) - self._before
        if self.moments and called >= self.moments[0]:
            self.moments.pop(0)
            services = self._journey.town.stack.services
            services.kill(self._victim)
            self._journey.step()
            services.start_again(self._victim)


def issued(town: Town) -> set[str]:
    """Every case that intake knows, each of which routing and supervision must know too."""
    known = {
        service: [row["code"] for row in town.query(service, "SELECT code FROM cases")]
        for service in ("intake", "routing", "supervision")
    }
    assert sorted(known["intake"]) == sorted(known["routing"]) == sorted(known["supervision"])
    return set(known["intake"])


@pytest.mark.parametrize(
    "victim", ["intake", "routing", "department", "supervision", worker_of("planning")]
)
def test_a_process_that_is_killed_and_started_again_changes_no_outcome(
    town: Town, calm_end: dict[str, EndState], victim: str
) -> None:
    before = issued(town)
    journey = Journey(town, STORIES)
    killer = Killer(journey, victim)
    with journey.handing_in():
        journey.play(killer)
    assert killer.moments == []
    town.settle()

    codes = {case.code for case in journey.cases}
    assert issued(town) - before == codes
    assert len(codes) == len(STORIES)
    assert end_state(journey) == calm_end
    assert all(town.trace(code)["verified"] for code in codes)
    assert town.parked() == []
    for case in journey.cases:
        assert receipt_of(town.intake, case) == case.receipt
    counted = effects([call for call in town.calls() if call.case in codes])
    if victim in ("intake", "routing", "department", "supervision"):
        assert set(counted.values()) == {1}
