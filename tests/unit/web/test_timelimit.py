"""Calls with a time limit, and work beside the service, of which only so much goes on at once."""

import eventlet
import pytest
from structlog.testing import capture_logs

from shared.errors import Unavailable
from shared.web.timelimit import Crew, TooLong, within


def test_what_is_done_in_time_gives_its_result_or_its_error():
    assert within(1, divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        within(1, divmod, 7, 0)


def test_what_takes_too_long_is_given_up_also_where_it_waits_again_while_it_ends():
    done: list[str] = []

    def call() -> None:
        try:
            eventlet.sleep(30)
        finally:
            eventlet.sleep(30)
            done.append("said goodbye")

    with pytest.raises(TooLong, match="nothing was heard within"), eventlet.Timeout(5):
        within(0.05, call)
    assert done == []


def test_a_crew_does_so_much_at_once_and_nothing_twice_at_once():
    crew, go_on, done = Crew(2), eventlet.Event(), list[str]()

    def work(key: str) -> None:
        go_on.wait()
        done.append(key)

    assert crew.give("wang", work)
    assert not crew.give("wang", work), "that is under way"
    assert crew.give("li", work)
    assert not crew.give("zhou", work), "all are busy"
    crew.wait(0.01)
    assert done == []
    go_on.send()
    crew.wait()
    assert sorted(done) == ["li", "wang"]
    assert crew.give("wang", work)
    crew.wait()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unavailable("the database went away"), "will be done later"),
        (KeyError("x"), "something failed beside the service"),
    ],
)
def test_work_that_fails_is_logged_and_leaves_its_place(error: Exception, said: str):
    crew = Crew(1)

    def fail(_key: str) -> None:
        raise error

    with capture_logs() as logs:
        crew.give("wang", fail)
        crew.wait()
    assert [it["event"] for it in logs] == [said]
    assert crew.give("wang", len)
    crew.wait()
