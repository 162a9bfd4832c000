"""How long guesses have to wait, and when sessions end."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.accounts import entering, keeping, store, tables
from shared.accounts.account import IDLE, LONGEST, check_password, first_password
from shared.accounts.entering import Browser
from shared.accounts.keeping import Once
from shared.accounts.throttle import Guesses, TooManyGuesses
from shared.database import Database
from shared.errors import Invalid
from tests.unit.accounts.moment import NOW

HERE = Browser(address="10.0.0.1", name="Firefox")
PASSWORD = "ein-Fenster-3"
ONCE = Once(password=PASSWORD, hash=keeping.hashed(PASSWORD))
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def at_once(function, *arguments):
    return function(*arguments)


@pytest.fixture
def database(tmp_path):
    opened = Database.open("department", data=tmp_path)
    with opened.transaction() as tx:
        tables.metadata.create_all(tx)
        for name in ("li.ming", "wang.fang"):
            made = keeping.add(
                tx,
                "department",
                name=name,
                display_name=name,
                unit="archives",
                roles=["officer"],
                once=ONCE,
                now=NOW,
                by="operator",
            )
            store.keep(tx, replace(made, must_change=False))
    yield opened
    opened.close()


def enter(database, password=PASSWORD, *, name="li.ming", now=NOW, address="10.0.0.1"):
    browser = replace(HERE, address=address)
    return entering.sign_in(database, name, password, browser=browser, now=now, aside=at_once)


def guess(database, times, *, name="li.ming", now=NOW, address="10.0.0.1"):
    """Wrong passwords whose comparison costs nothing here."""
    browser = replace(HERE, address=address)
    for _ in range(times):
        with pytest.raises(Invalid):
            entering.sign_in(
                database, name, "wrong", browser=browser, now=now, aside=lambda *_: False
            )


def test_each_guess_beyond_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour():
    waits = [
        Guesses(source="account li", count=count, last_at=NOW).wait(NOW).total_seconds()
        for count in (0, 4, 5, 6, 7, 11, 12, 100)
    ]
    assert waits == [0, 0, 10, 20, 40, 640, 900, 900]


def test_an_address_has_more_free_guesses_for_a_whole_office_may_be_behind_it():
    assert Guesses(source="address 10.0.0.1", count=29, last_at=NOW).wait(NOW) == timedelta(0)
    assert Guesses(source="address 10.0.0.1", count=30, last_at=NOW).wait(NOW) > timedelta(0)


def test_after_the_wait_the_right_password_opens_and_clears_what_was_counted(database):
    guess(database, 5)
    with pytest.raises(TooManyGuesses, match="try again in 1 minutes"):
        enter(database)
    enter(database, now=NOW + 10 * SECOND)
    guess(database, 5, now=NOW + 11 * SECOND)


def test_what_is_tried_while_one_has_to_wait_makes_the_wait_no_longer(database):
    guess(database, 5)
    for _ in range(20):
        with pytest.raises(TooManyGuesses):
            enter(database, "wrong", now=NOW + SECOND)
    enter(database, now=NOW + 10 * SECOND)


def test_one_address_that_tries_many_accounts_is_held_up_and_others_are_not(database):
    for number in range(30):
        guess(database, 1, name=f"name{number}")
    with pytest.raises(TooManyGuesses):
        enter(database)
    enter(database, address="10.0.0.2")


def test_an_account_of_ones_own_does_not_make_an_address_forget_its_guesses(database):
    for number in range(29):
        guess(database, 1, name=f"name{number}")
    enter(database, name="wang.fang")
    guess(database, 1)
    with pytest.raises(TooManyGuesses):
        enter(database)


def test_guesses_at_the_same_time_are_all_counted(database):
    def try_one(_):
        try:
            enter(database, "wrong")
        except TooManyGuesses:
            return "wait"
        except Invalid:
            return "wrong"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(try_one, range(12)))
    assert (said.count("wrong"), said.count("wait")) == (5, 7)


@pytest.mark.parametrize(
    ("used", "looked", "holds"),
    [
        ([], IDLE - SECOND, True),
        ([], IDLE, False),
        ([IDLE - MINUTE], 2 * IDLE - 2 * MINUTE, True),
        ([20 * MINUTE * step for step in range(36)], LONGEST - SECOND, True),
        ([20 * MINUTE * step for step in range(36)], LONGEST, False),
    ],
)
def test_a_session_ends_when_it_is_not_used_and_after_a_working_day(database, used, looked, holds):
    session = enter(database)
    for passed in used:
        assert entering.recognise(database, session, NOW + passed)
    assert bool(entering.recognise(database, session, NOW + looked)) == holds


def test_the_id_of_a_session_is_not_in_the_database(database):
    session = enter(database)
    with database.reading() as tx:
        (kept,) = store.sessions_of(tx, "li.ming")
    assert session not in str(kept)
    assert entering.recognise(database, kept.digest, NOW) is None


def test_what_an_administrator_changes_ends_the_sessions_of_the_account(database):
    session = enter(database)
    with database.transaction() as tx:
        keeping.give_roles(tx, "department", "li.ming", ["head"], now=NOW, by="operator")
    assert entering.recognise(database, session, NOW) is None
    session = enter(database)
    with database.transaction() as tx:
        keeping.disable(tx, "li.ming", now=NOW, by="operator")
    assert entering.recognise(database, session, NOW) is None
    with pytest.raises(Invalid):
        enter(database)


def test_old_sessions_and_guesses_are_swept_away_when_others_sign_in(database):
    guess(database, 1, name="somebody")
    enter(database)
    enter(database, name="wang.fang", now=NOW + LONGEST + SECOND)
    with database.reading() as tx:
        assert store.sessions_of(tx, "li.ming") == []


@pytest.mark.parametrize("password", ["short-one", "aaaaaaaaaaaa", "Li.Ming-2026!", "x" * 201])
def test_a_password_that_is_easily_guessed_is_refused(password):
    with pytest.raises(Invalid):
        check_password(password, name="li.ming")


def test_first_passwords_differ_and_may_be_kept_by_the_rules():
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, name="li.ming")


def test_a_session_that_somebody_thought_up_is_none_also_after_signing_in(database):
    planted = "a" * 43
    begun = enter(database)
    assert entering.recognise(database, planted, NOW) is None
    assert entering.recognise(database, begun, NOW) is not None
    assert len({planted, begun, enter(database)}) == 3
