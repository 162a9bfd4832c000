"""Every message is delivered twice, and later all of them once more: the same end state."""

from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey
from tests.journey.stories import STORIES
from tests.journey.town import Town, effects
from tests.journey.twice import everything_twice

BY_EXCHANGE = {
    "cases": {"case.accepted", "case.supplemented", "case.withdrawn"},
    "tasks": {"task.assigned", "task.supplemented", "task.cancelled"},
    "results": {
        "task.accepted",
        "task.noted",
        "task.completed",
        "task.returned",
        "task.declined",
        "task.suspended",
        "task.resumed",
    },
    "progress": {"case.progressed"},
    "notices": {"message.refused"},
    "alerts": {"alert.raised"},
}


def test_duplicates_of_every_message_change_nothing(
    town: Town, calm_end: dict[str, EndState]
) -> None:
    journey = Journey(town, STORIES)
    with everything_twice(town) as duplicator:
        with journey.handing_in():
            journey.play()
        town.settle()
    copied: dict[str, set[str]] = {exchange: set() for exchange in BY_EXCHANGE}
    for copy in duplicator.copies:
        copied[copy.exchange].add(copy.properties.type)
    assert copied == BY_EXCHANGE
    assert end_state(journey) == calm_end

    duplicator.repeat_all()
    town.settle()
    assert end_state(journey) == calm_end
    codes = {case.code for case in journey.cases}
    counted = effects([call for call in town.calls() if call.case in codes])
    assert set(counted.values()) == {1}
