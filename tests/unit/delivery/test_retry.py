"""What becomes of a message that failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.retry import Again, Park, delays_from, verdict
from shared.delivery.topology import RETRY_DELAYS
from shared.errors import Fault, Invalid
from shared.messages.codec import Unreadable


def test_a_failure_is_tried_again_after_growing_delays_and_then_parked():
    verdicts = [verdict(ValueError("no"), attempt) for attempt in range(1, 8)]
    assert verdicts[:5] == [Again(1), Again(5), Again(30), Again(300), Again(1_800)]
    assert verdicts[5] == Park("failed 6 times, lastly with ValueError: no")
    assert isinstance(verdicts[6], Park)
    assert list(RETRY_DELAYS) == sorted(RETRY_DELAYS)


@pytest.mark.parametrize("error", [Invalid(Fault("form.area", "is negative")), Unreadable("no")])
def test_what_breaks_a_rule_is_parked_at_once_with_the_rule(error):
    assert verdict(error, 1) == Park(str(error))


@given(attempt=st.integers(1, 10**6), delays=st.lists(st.floats(0.1, 100), min_size=1))
def test_every_attempt_has_a_verdict(attempt, delays):
    found = verdict(ValueError(), attempt, delays)
    assert isinstance(found, Again) == (attempt <= len(delays))


def test_delays_of_the_environment_replace_those_of_the_topology():
    assert delays_from({}) == RETRY_DELAYS
    assert delays_from({"ONEWINDOW_RETRY_DELAYS": "0.5,2"}) == (0.5, 2)
    for wrong in ("1,", "x", "0", "-1", "1;2", "nan"):
        with pytest.raises(Invalid, match="ONEWINDOW_RETRY_DELAYS"):
            delays_from({"ONEWINDOW_RETRY_DELAYS": wrong})
