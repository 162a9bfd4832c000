"""Which answers that did not count alert, once each."""

from dataclasses import replace

import pytest

from services.supervision.policies import ALERTED, REFUSALS, Policy, policy_from
from services.supervision.refusals import alerts_of
from shared.errors import Invalid
from shared.messages.progress import Refused
from tests.unit.supervision.steps import LADDERS, refused, step


def on(ground: str, *, message_id: str = "m-1", assignment: str = "planning.1") -> Refused:
    found = refused(message_id, forged=ground == "forged")
    return replace(found, ground=ground, assignment=assignment)


def raised(*changes: Refused, policy: Policy | None = None) -> list[str]:
    policy = policy or policy_from(LADDERS)
    return [it.alert for it in alerts_of(step(2, "09-21 10:00", *changes), policy)]


def test_what_is_harmless_alerts_nobody_unless_the_policy_says():
    assert {ground for ground in REFUSALS if raised(on(ground))} == ALERTED
    assert {"forged", "not_held", "settled", "repeated", "altered"} == ALERTED
    stricter = policy_from(
        {**LADDERS, "refusals": {"rule": "alert", "settled": "record", "repeated": "record"}}
    )
    told = {ground for ground in REFUSALS if raised(on(ground), policy=stricter)}
    assert told == {"forged", "not_held", "altered", "rule"}


def test_a_routing_that_names_no_ground_is_believed_about_forgeries():
    assert len(raised(refused("m-1", forged=True))) == 1
    assert raised(refused("m-1", forged=False)) == []


def test_the_same_wrong_again_is_one_alert_and_another_wrong_is_another():
    again = on("settled", message_id="m-2")
    assert len(set(raised(on("settled"), again))) == 1
    assert len(set(raised(on("settled"), on("settled", assignment="planning.2")))) == 2
    assert len(set(raised(on("settled"), on("not_held")))) == 2
    assert len(set(raised(on("forged"), on("forged", message_id="m-2")))) == 2


@pytest.mark.parametrize(
    ("refusals", "problem"),
    [
        ({"late": "alert"}, "refusals.late: is unknown"),
        ({"rule": "mail"}, "refusals.rule: is one of alert, record"),
        ({"forged": "record"}, "refusals.forged: always alerts"),
        (["rule"], "refusals: must be a mapping"),
    ],
)
def test_a_policy_about_refusals_that_is_wrong_names_its_field(refusals: object, problem: str):
    with pytest.raises(Invalid, match=problem):
        policy_from({**LADDERS, "refusals": refusals})
