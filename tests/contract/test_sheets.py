"""Sheets counted by both databases: the tally, the lists behind figures, what was published."""

import random
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from services.supervision.facttables import fact_stops, facts
from services.supervision.ratings import save
from services.supervision.sheets import counting, publishing, told
from services.supervision.sheets import tables as sheettables
from services.supervision.sheets.behind import Counted, Part
from services.supervision.sheets.figures import FIGURES, OF_KEY
from services.supervision.sheets.kept import Kept, changed, withdrawn
from services.supervision.sheets.periods import period_of
from services.supervision.sheets.rules import rules_from
from services.supervision.sheets.scope import Scope
from services.supervision.tables import acts
from shared.businesstime import CHINA
from shared.database import Database
from shared.errors import Invalid
from shared.messages import CaseRated
from tests.contract import watching
from tests.unit.supervision.sheetcases import card, fact, keep
from tests.unit.supervision.steps import TITLE, at
from tests.unit.supervision.test_sheets import RULES

database = watching.database
SCOPE = Scope(period=period_of("2026-Q3"), zone=CHINA)
NOW = at("10-08 09:00")
ALL = Part(most=500)
ENDINGS = ["completed"] * 6 + ["declined", "cancelled", "transferred", "deemed"]


def _some(number: int, seed: int = 1):
    dice = random.Random(seed)
    return [
        fact(
            float(dice.randrange(0, 12)),
            budget=dice.choice([0, 5, 10]),
            department=dice.choice(["planning", "fire"]),
            region=dice.choice(["330100", "330106", "330200"]),
            ending=dice.choice(ENDINGS),
            unit=dice.choice(["working_days", "working_hours"]),
            returns=dice.choice([0, 0, 1]),
            stops=dice.choice([0, 0, 2]),
            accepted_at=dice.choice([None, at("09-01 11:00")]),
            acceptance_late=dice.random() < 0.2,
            ended_at=at("06-25 10:00") + timedelta(days=dice.randrange(0, 110)),
        )
        for _ in range(number)
    ]


def test_behind_every_figure_are_as_many_tasks_as_it_counts(database: Database):
    known = _some(120)
    keep(database, known, [card("yellow", it, it["ended_at"]) for it in known[:9]])
    with database.reading() as tx:
        for department in ("", "fire"):
            scope = replace(SCOPE, department=department, area="3301")
            made = next(it for it in counting.sheets(tx, scope) if it.department == department)
            assert made.values["ended"].count > 20
            behind = Counted(scope=scope)
            for figure in (it for it in FIGURES if it.kind != "rating"):
                value = made.values[figure.key]
                if figure.kind in ("cards", "rate"):
                    rungs = (figure.key,) if figure.kind == "cards" else ("yellow", "red")
                    found, rows = behind.cards(tx, rungs, ALL)
                else:
                    found, rows = behind.tasks(tx, figure, ALL)
                    every, _rows = behind.tasks(tx, figure, ALL, of=True)
                    assert every == (value.of if figure.of else value.count)
                assert found == len(rows) == value.count, figure.key


def test_departments_add_up_to_all_of_them(database: Database):
    keep(database, _some(80))
    with database.reading() as tx:
        together, *own = counting.sheets(tx, SCOPE)
    for key in ("ended", "late", "measured", "deemed"):
        assert together.values[key].count == sum(it.values[key].count for it in own)


def test_the_tables_are_those_that_the_migrations_make(database: Database):
    with database.reading() as tx:
        made = sa.inspect(tx)
        for table in (*sheettables.ALL, fact_stops):
            assert {it["name"] for it in made.get_columns(table.name)} == set(table.columns.keys())
            keys = made.get_pk_constraint(table.name)["constrained_columns"]
            assert keys == table.primary_key.columns.keys()


def test_a_period_ends_at_midnight_of_the_office(database: Database):
    inside, outside = at("09-30 23:59:59"), at("10-01 00:00")
    keep(database, [fact(ended_at=inside), fact(ended_at=outside)])
    with database.reading() as tx:
        assert counting.sheets(tx, SCOPE)[0].values["ended"].count == 1
        months = counting.by_month(tx, SCOPE)
    assert [(it.name, good, late) for it, good, late in months[-2:]] == [
        ("2026-08", 0, 0),
        ("2026-09", 1, 0),
    ]


def test_a_card_that_was_withdrawn_does_not_count(database: Database):
    known = fact(8.0)
    keep(database, [known], [card(it, known, known["ended_at"]) for it in ("yellow", "red")])
    with database.transaction() as tx:
        assert counting.sheets(tx, SCOPE)[1].values["cards_per_100"].value == 200
        withdrawn = {"alert": card("red", known, NOW)["id"], "number": 1, "at": NOW, "body": "{}"}
        tx.execute(sa.insert(acts).values(kind="withdrawal", **withdrawn))
        values = counting.sheets(tx, SCOPE)[1].values
    assert (values["yellow"].value, values["red"].value) == (1, 0)


def test_applicants_rate_the_lead_department(database: Database):
    keep(database, [fact()])
    with database.transaction() as tx:
        save(tx, [_rating(level, serial) for serial, level in enumerate([5, 4, 2])])
        save(tx, [_rating(1, 9, at=at("10-01 00:00")), _rating(1, 8, region="110000")])
        scope = replace(SCOPE, area="33")
        together, development, planning = counting.sheets(tx, scope)
        assert (development.department, planning.department) == ("development", "planning")
        assert round(development.values["satisfaction"].value or 0, 2) == 3.67
        assert together.values["satisfaction"] == development.values["satisfaction"]
        assert planning.values["satisfaction"].value is None
        found, rows = Counted(scope=scope).rated(tx, Part(most=2))
    assert (found, [it.level for it in rows]) == (3, [2, 4])


def _rating(level: int, serial: int, **told: Any) -> CaseRated:
    given = {"at": at("09-30 23:59"), "region": "330100", **told}
    return CaseRated(
        case=f"330100-2609-{serial:07}-00",
        item="enterprise-investment",
        title=TITLE,
        lead="development",
        level=level,
        **given,
    )


def test_what_was_published_stays_and_a_correction_needs_a_reason(database: Database):
    rules = rules_from(RULES, "version: 1")
    keep(database, _some(30))
    with database.transaction() as tx:
        first = told.count(tx, SCOPE, rules, NOW)
        publishing.publish(tx, first, SCOPE, rules, by="王敏", reason="")
    keep(database, _some(30, seed=2))
    with database.transaction() as tx:
        second = told.count(tx, SCOPE, rules, NOW + timedelta(days=1))
        with pytest.raises(Invalid, match="reason: is missing"):
            publishing.publish(tx, second, SCOPE, rules, by="王敏", reason=" ")
        publishing.publish(tx, second, SCOPE, rules, by="王敏", reason="补录")
        kept = publishing.published(tx, "2026-Q3", "", 1)
        versions = publishing.versions(tx, "2026-Q3", "")
        assert publishing.published(tx, "2026-Q3", "", 3) is None
    assert kept is not None
    assert kept.lines == first.lines, "figures, marks and grades, to the last digit"
    assert kept.lines != second.lines
    assert [(it.version, it.reason) for it in versions] == [(1, ""), (2, "补录")]


def test_behind_what_was_published_stands_what_was_counted_whatever_becomes_of_it(
    database: Database,
):
    known = _some(60)
    keep(database, known, [card("yellow", it, it["ended_at"]) for it in known[:9]])
    with database.transaction() as tx:
        save(tx, [_rating(level, serial) for serial, level in enumerate([5, 2])])
        told_then = _published(tx)
    before = _lists(database, told_then)
    counts = {(own, key): value.count for own, key, value in _values(told_then)}
    assert {it: len(found) for it, found in before.items()} == counts
    assert counts["", "ended"] > 30
    _everything_changes(database, known)
    assert _lists(database, told_then) == before
    with database.reading() as tx:
        kept = publishing.published(tx, "2026-Q3", "", 1)
        assert counting.sheets(tx, SCOPE)[0] != kept.lines[0].sheet
        assert publishing.published(tx, "2026-Q3", "", 1) == told_then


def test_what_comes_while_a_sheet_is_published_is_in_its_figures_and_lists_or_in_neither(
    database: Database,
):
    keep(database, _some(30))
    more = Thread(target=keep, args=(database, _some(40, seed=2)))
    with database.transaction(one_picture=True) as tx:
        counted = told.count(tx, SCOPE, rules_from(RULES, "version: 1"), NOW)
        more.start()
        # on SQLite it has to wait for its turn
        more.join(60.0 if database.engine.dialect.name == "postgresql" else 0.0)
        rules = rules_from(RULES, "version: 1")
        done = publishing.publish(tx, counted, SCOPE, rules, by="王敏", reason="")
    more.join()
    counts = {(own, key): value.count for own, key, value in _values(done)}
    assert {it: len(found) for it, found in _lists(database, done).items()} == counts
    months = done.months[""]
    together = sum(sum(months[it]) for it in ("2026-07", "2026-08", "2026-09"))
    assert together == done.lines[0].sheet.values["on_time_rate"].of
    with database.reading() as tx:
        assert counting.sheets(tx, SCOPE)[0] != done.lines[0].sheet


def _published(tx: sa.Connection) -> Any:
    rules = rules_from(RULES, "version: 1")
    counted = told.count(tx, SCOPE, rules, NOW)
    return publishing.publish(tx, counted, SCOPE, rules, by="王敏", reason="")


def _values(report: Any) -> Any:
    for line in report.lines:
        for key, value in {**line.sheet.values, **line.sheet.distribution}.items():
            yield line.sheet.department, key, value


def _lists(database: Database, report: Any) -> Any:
    """Every row behind every figure, by department and figure."""
    found = {}
    with database.reading() as tx:
        for own, key, _value in _values(report):
            behind = Kept(period="2026-Q3", region="", version=1, department=own)
            figure = OF_KEY[key]
            if figure.kind == "rating":
                _count, rows = behind.rated(tx, ALL)
            elif figure.kind in ("cards", "rate"):
                rungs = (key,) if figure.kind == "cards" else ("yellow", "red")
                _count, rows = behind.cards(tx, rungs, ALL)
            else:
                _count, rows = behind.tasks(tx, figure, ALL)
            found[own, key] = rows
    return found


def _everything_changes(database: Database, known: Any) -> None:
    """Facts are found anew otherwise, or not at all; a card is withdrawn; more is told of."""
    with database.transaction() as tx:
        tx.execute(facts.delete().where(facts.c.department == "fire", facts.c.returns == 1))
        tx.execute(
            facts.update().where(facts.c.department == "planning").values(used=1, late=False)
        )
        given = {"alert": card("yellow", known[0], NOW)["id"], "number": 1, "at": NOW, "body": "{}"}
        tx.execute(sa.insert(acts).values(kind="withdrawal", **given))
        save(tx, [_rating(1, 7)])
    keep(database, _some(10, seed=3))


def test_what_has_become_of_a_task_since_its_sheet_was_published_is_known(database: Database):
    same, late, gone = fact(1.0), fact(8.0), fact(2.0)
    keep(database, [same, late, gone], [card("red", late, late["ended_at"])])
    with database.transaction() as tx:
        _published(tx)
        of_late = facts.c.case_code == late["case_code"]
        tx.execute(facts.update().where(of_late).values(used=3.0, late=False))
        tx.execute(facts.delete().where(facts.c.case_code == gone["case_code"]))
        behind = Kept(period="2026-Q3", region="", version=1)
        _count, rows = behind.tasks(tx, OF_KEY["ended"], ALL)
        since = changed(tx, rows)
        assert [it.used for it in rows] == [8.0, 2.0, 1.0]
        assert {code: row and row.used for (code, _assignment), row in since.items()} == {
            late["case_code"]: 3.0,
            gone["case_code"]: None,
        }
        _count, cards = behind.cards(tx, ("red",), ALL)
        assert withdrawn(tx, cards) == set()
        given = {"alert": cards[0].id, "number": 1, "at": NOW, "body": "{}"}
        tx.execute(sa.insert(acts).values(kind="withdrawal", **given))
        assert withdrawn(tx, cards) == {cards[0].id}
