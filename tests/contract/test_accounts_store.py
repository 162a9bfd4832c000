"""Accounts on SQLite and on PostgreSQL: one suite, so that neither can do what the other cannot."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.accounts import entering, keeping, store
from shared.accounts.entering import Browser
from shared.accounts.keeping import Once
from shared.accounts.throttle import TooManyGuesses
from shared.database import Database
from shared.errors import Invalid
from shared.migrating import migrate
from tests.unit.accounts.moment import NOW

HERE = Browser(address="10.0.0.1", name="Firefox\0\ud800")
PASSWORD = "ein-Fenster-3"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("department", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def add(database, name="li.ming", roles=("officer",)):
    with database.transaction() as tx:
        return keeping.add(
            tx,
            "department",
            name=name,
            display_name="李明",
            unit="archives",
            roles=roles,
            once=Once(password=PASSWORD, hash="kept"),
            now=NOW,
            by="operator",
        )


def enter(database, name="li.ming", *, right=True, now=NOW):
    return entering.sign_in(database, name, PASSWORD, browser=HERE, now=now, aside=lambda *_: right)


def test_an_account_comes_out_as_it_went_in(database):
    made = add(database, roles=("officer", "head"))
    with database.reading() as tx:
        assert store.account(tx, "li.ming") == made
        assert store.accounts_of(tx, "archives") == [made]
        assert store.account_of_subject(tx, "") is None or made.subject == ""
    with database.transaction() as tx:
        changed = keeping.give_roles(tx, "department", "li.ming", ["head"], now=NOW, by="operator")
    with database.reading() as tx:
        assert store.account(tx, "li.ming") == changed


def test_a_session_is_begun_used_and_ended(database):
    add(database)
    session = enter(database)
    later = NOW + timedelta(minutes=5)
    held, account = entering.recognise(database, session, later)
    assert (account.name, held.begun_at) == ("li.ming", NOW)
    with database.reading() as tx:
        (kept,) = store.sessions_of(tx, "li.ming")
    assert kept.seen_at == later
    entering.sign_out(database, session, later)
    assert entering.recognise(database, session, later) is None
    with database.reading() as tx:
        lines = store.lines_of(tx, "li.ming")
    assert [it["what"] for it in lines] == ["signed out", "signed in", "added"]


def test_a_password_is_changed_and_other_sessions_end(database):
    account = replace(add(database), must_change=True)
    old = enter(database)
    new = entering.change_password(
        database,
        account,
        current=PASSWORD,
        new="another-Window-4",
        browser=HERE,
        now=NOW,
        aside=lambda function, *_: function.__name__ == "matches" or "hash of the new one",
    )
    assert entering.recognise(database, old, NOW) is None
    assert not entering.recognise(database, new, NOW)[1].must_change


def test_guesses_at_the_same_time_are_all_counted(database):
    def guess(_):
        try:
            enter(database, "nobody", right=False)
        except TooManyGuesses:
            return "wait"
        except Invalid:
            return "wrong"

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(guess, range(9)))
    assert (said.count("wrong"), said.count("wait")) == (5, 4)


def test_old_sessions_and_guesses_are_swept_away(database):
    add(database)
    with pytest.raises(Invalid):
        enter(database, "nobody", right=False)
    enter(database)
    enter(database, now=NOW + timedelta(days=2))
    with database.transaction() as tx:
        assert len(store.sessions_of(tx, "li.ming")) == 1
        (again,) = store.guesses_of(tx, ["account nobody"], NOW)
    assert again.count == 0
