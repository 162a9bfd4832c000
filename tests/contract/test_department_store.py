"""The desk on SQLite and on PostgreSQL: one suite, so that neither can do what the other cannot."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.department import handlers, store
from services.department.desk import handlers as desk_handlers
from services.department.desk import inbox, library
from services.department.desk.inbox import Desk, Question
from services.department.desk.officers import Officer
from services.department.domain import OPEN, NotPossible, Overtaken
from services.department.systems import tables as systems
from shared.accounts import tables as accounts
from shared.database import Database
from shared.delivery import tables
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.lights import Choices
from shared.messages import Limit
from shared.migrating import migrate
from shared.worktime import Calendars
from tests.unit.department.samples import (
    NOW,
    SAID,
    assigned,
    cancelled,
    refusing,
    supplemented,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("department", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def follow(database, *messages):
    envelopes = [
        Envelope(
            message_id=str(uuid.uuid4()),
            type="",
            version=1,
            sender=Sender(role="routing"),
            sent_at=NOW,
            traceparent="",
            message=message,
        )
        for message in messages
    ]
    with database.transaction() as tx:
        handlers.follow(Work(tx, NOW, "department"), envelopes)


def act(database, what, *, version, assignment="a-1", department="seal-office", **said):
    given = {**SAID[what], "version": version, "officer": "李", **said}
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        return handlers.act(work, department, assignment, what, given), work.wires


def show(database, assignment="a-1", department="seal-office"):
    with database.reading() as tx:
        return handlers.show(tx, department, assignment)


def tasks_of(database, department="seal-office", *, states=OPEN, after="", limit=100):
    with database.reading() as tx:
        found = store.tasks_of(tx, department, states=states, after=after, limit=limit)
    return [task.assignment for task in found]


def test_the_migrations_make_the_tables_that_the_store_declares(database):
    with database.transaction() as tx:
        context = MigrationContext.configure(
            tx, opts={"include_name": lambda name, kind, _: name not in tables.metadata.tables}
        )
        differences = compare_metadata(context, [store.metadata, accounts.metadata])
    for table in (library.templates, systems.news):
        assert table.metadata is store.metadata, "every table is looked at"
    assert [it for it in differences if "alembic_version" not in str(it)] == []


def test_a_task_goes_from_assignment_to_answer(database):
    follow(database, assigned())
    task = show(database)
    assert (task.state, task.version, task.assigned_at) == ("assigned", 1, NOW)
    assert task.document["form"] == {"name": "某某公司"}
    accepted, wires = act(database, "acceptance", version=1)
    assert [(wire.type, wire.key) for wire in wires] == [
        ("task.accepted", "seal-office.task.accepted")
    ]
    act(database, "return", version=accepted.version)
    follow(database, supplemented())
    task = show(database)
    assert (task.state, task.document["form"]) == ("accepted", {"name": "某某有限公司"})
    done, wires = act(database, "completion", version=task.version)
    assert [wire.type for wire in wires] == ["task.completed"]
    assert show(database) == done


def test_a_whole_batch_of_one_case_is_taken_in_order(database):
    follow(database, assigned(), assigned("a-2"), supplemented(), cancelled("a-2"), assigned())
    assert show(database).document["form"] == {"name": "某某有限公司"}
    assert show(database, "a-2").state == "cancelled"


def test_in_any_order_and_any_batches_a_cancelled_task_is_cancelled(database):
    for index, order in enumerate(permutations((assigned, supplemented, cancelled))):
        for message in order:
            follow(database, message(f"b-{index}"))
        assert show(database, f"b-{index}").state == "cancelled"


def test_a_task_is_not_shown_before_it_is_assigned(database):
    follow(database, cancelled(), supplemented("a-2"))
    assert tasks_of(database) == []
    with pytest.raises(NotFound):
        show(database)
    with pytest.raises(NotFound):
        act(database, "acceptance", version=1, assignment="a-2")
    follow(database, assigned("a-2"), assigned())
    assert tasks_of(database) == ["a-2"]


def test_of_two_officers_the_second_is_told(database):
    follow(database, assigned())

    def complete(officer):
        try:
            act(database, "completion", version=1, officer=officer, opinion=officer)
        except (Overtaken, NotPossible):
            return ""
        return officer

    with ThreadPoolExecutor(4) as pool:
        won = [officer for officer in pool.map(complete, "甲乙丙丁") if officer]
    assert len(won) == 1
    task = show(database)
    assert (task.officer, task.answer["opinion"]) == (won[0], won[0])


def test_a_department_sees_and_changes_its_own_tasks_only(database):
    follow(database, assigned(), assigned("a-2", "tax"))
    assert tasks_of(database) == ["a-1"]
    with pytest.raises(NotFound):
        show(database, "a-2")
    with pytest.raises(NotFound):
        act(database, "acceptance", version=1, assignment="a-2")


def test_tasks_are_listed_oldest_first_by_state_and_page(database):
    for number in (3, 1, 2, 5, 4):
        at = NOW + timedelta(hours=number // 2)
        follow(database, assigned(f"a-{number}", assigned_at=at))
    follow(database, cancelled("a-3"))
    assert tasks_of(database) == ["a-1", "a-2", "a-4", "a-5"]
    assert tasks_of(database, states=["cancelled"]) == ["a-3"]
    assert tasks_of(database, limit=2) == ["a-1", "a-2"]
    assert tasks_of(database, limit=2, after="a-2") == ["a-4", "a-5"]
    assert tasks_of(database, after="a-5") == []
    assert tasks_of(database, after="a-9") == []


def test_an_answer_that_routing_refused_opens_the_task_again(database):
    follow(database, assigned())
    act(database, "completion", version=1)
    follow(database, refusing(sender="department.seal-office"), refusing(ground="repeated"))
    assert show(database).state == "completed"
    follow(database, refusing(assignment="not-ours"), refusing())
    task = show(database)
    assert (task.state, task.answer) == ("accepted", None)
    assert "seal_number" in task.note


def listed(database, **asked):
    question = Question(department="seal-office", **asked)
    desk = Desk(calendars=Calendars(), ladders=Choices(clocks={}))
    with database.reading() as tx:
        found = inbox.find(tx, question, desk, NOW + timedelta(days=4), page=1, size=10)
    return [(it.task.assignment, it.light) for it in found.tasks]


def somebody(name, role="officer"):
    roles = frozenset({role})
    return Officer(account=name, name=name, department="seal-office", roles=roles)


def test_the_inbox_has_first_what_is_due_first_and_last_what_stands_still(database):
    for number, days in ((1, 9), (2, 1), (3, 3), (4, 2)):
        follow(database, assigned(f"a-{number}", handling=Limit(amount=days)))
    follow(database, assigned("a-5", handling=None), assigned("b-1", "tax"))
    act(database, "suspension", version=1, assignment="a-4")
    assert listed(database) == [
        ("a-2", "red"),
        ("a-3", "yellow"),
        ("a-1", "green"),
        ("a-4", "none"),
        ("a-5", "none"),
    ]


FOUND = {
    "文三路": ["a-1", "a-2"],
    "文三路 东段": ["a-2"],
    "100%_": ["a-2"],
    "%": ["a-2"],
    "SEAL 北山": ["a-3"],
    "不存在": [],
}


def test_tasks_are_found_by_every_word_and_by_who_holds_them(database):
    for number, name in ((1, "文三路改造"), (2, "文三路100%_东段"), (3, "北山街")):
        at = NOW - timedelta(days=9 - number)
        follow(database, assigned(f"a-{number}", form={"name": name}, assigned_at=at))
    assert {words: [key for key, _ in listed(database, words=words)] for words in FOUND} == FOUND
    with database.transaction() as tx:
        desk_handlers.claim(Work(tx, NOW, "department"), somebody("li"), "a-1", 1)
    assert [key for key, _ in listed(database, holder="li")] == ["a-1"]
    assert [key for key, _ in listed(database, holder=inbox.FREE)] == ["a-2", "a-3"]
    with database.reading() as tx:
        counted = inbox.counts(tx, "seal-office", "li")
    assert counted == {"all": 3, "mine": 1, "free": 2, "waiting": 0}


def test_of_those_who_claim_at_once_one_has_the_task_and_the_others_are_told(database):
    follow(database, assigned())

    def claim(name):
        try:
            with database.transaction() as tx:
                desk_handlers.claim(Work(tx, NOW, "department"), somebody(name), "a-1", 1)
        except Overtaken:
            return ""
        return name

    with ThreadPoolExecutor(4) as pool:
        won = [name for name in pool.map(claim, "甲乙丙丁") if name]
    assert len(won) == 1
    assert show(database).holder == won[0]


def test_a_draft_is_kept_with_what_was_done_and_who_waits(database):
    follow(database, assigned(approval="two-person"))
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        said = {**SAID["completion"], "version": 1}
        done = desk_handlers.act(work, somebody("li"), "a-1", "completion", said)
        assert [wire.type for wire in work.wires] == ["task.accepted"]
    assert done.drafted
    assert show(database) == done.task
    assert [entry.what for entry in done.task.log] == ["assigned", "acceptance", "draft"]
    assert [key for key, _ in listed(database, waiting=True)] == ["a-1"]


def test_a_template_is_changed_by_one_at_a_time_and_seen_by_its_department_alone(database):
    said = {"title": "同意", "outcome": "approved", "opinion": "同意", "legal_basis": ""}
    head = somebody("赵", "head")
    with database.transaction() as tx:
        made = library.add(Work(tx, NOW, "department"), head, said)
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        changed = library.change(work, head, made.id, 1, {**said, "title": "准予"})
    assert (changed.title, changed.version) == ("准予", 2)
    with pytest.raises(Overtaken, match="赵"), database.transaction() as tx:
        library.change(Work(tx, NOW, "department"), head, made.id, 1, said)
    with pytest.raises(Overtaken, match="赵"), database.transaction() as tx:
        library.remove(Work(tx, NOW, "department"), head, made.id, 1)
    with database.reading() as tx:
        assert [it.title for it in library.of_department(tx, "seal-office")] == ["准予"]
        assert library.of_department(tx, "tax") == []
        with pytest.raises(NotFound):
            library.show(tx, "tax", made.id)


def test_a_token_stands_for_its_department_until_it_is_revoked(database):
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        token = handlers.add_token(work, "seal-office", "柜台")
        other = handlers.add_token(work, "tax", "")
    digest = handlers.digest_of(token)
    with database.reading() as tx:
        assert store.department_with(tx, digest, NOW) == "seal-office"
        assert store.department_with(tx, handlers.digest_of(other), NOW) == "tax"
        assert store.department_with(tx, token, NOW) is None
        assert [it.label for it in store.tokens_of(tx, "seal-office")] == ["柜台"]
    with database.transaction() as tx:
        handlers.revoke_token(Work(tx, NOW, "department"), digest)
    with database.reading() as tx:
        assert store.department_with(tx, digest, NOW) is None
    with pytest.raises(NotFound), database.transaction() as tx:
        handlers.revoke_token(Work(tx, NOW, "department"), digest)


def test_a_token_that_was_replaced_opens_until_its_grace_has_passed(database):
    day, hour = timedelta(days=1), timedelta(hours=1)
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        old = handlers.digest_of(handlers.add_token(work, "seal-office", "柜台"))
        other = handlers.digest_of(handlers.add_token(work, "tax", ""))
        new = handlers.digest_of(handlers.rotate_token(work, "seal-office", "柜台", day))
    with database.reading() as tx:
        moments = (NOW, NOW + day - hour, NOW + day)
        opens = [store.department_with(tx, old, at) is not None for at in moments]
        assert opens == [True, True, False]
        assert store.department_with(tx, new, NOW + 2 * day) == "seal-office"
        assert store.department_with(tx, other, NOW + 2 * day) == "tax"
    with database.transaction() as tx:
        work = Work(tx, NOW + hour, "department")
        handlers.rotate_token(work, "seal-office", "", timedelta(days=30))
        handlers.revoke_token(work, new)
    with database.reading() as tx:
        assert store.department_with(tx, old, NOW + day) is None, "its grace grows no longer"
        assert store.department_with(tx, new, NOW - day) is None, "whatever the clocks say"
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        last = handlers.digest_of(handlers.rotate_token(work, "seal-office", "", timedelta()))
    with database.reading() as tx:
        assert store.department_with(tx, old, NOW - day) is None, "without grace, at once"
        assert store.department_with(tx, last, NOW) == "seal-office"
