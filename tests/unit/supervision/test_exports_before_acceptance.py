"""What was before the acceptance of cases, in both kinds of log, however late it was told."""

import json
from pathlib import Path

import pytest

from services.supervision import xes
from services.supervision.exports import as_ocel, as_xes, before
from services.supervision.exports.told import Told, told
from services.supervision.flow.logs import courses
from services.supervision.handlers import Book
from services.supervision.replay import calendar_of, replay
from shared.businesstime import CHINA
from tests.contract.watching import enveloped
from tests.unit.supervision.reviewed_cases import ACCEPTED, REFUSED, WITHDRAWN, messages
from tests.unit.supervision.steps import RULES


@pytest.fixture(scope="module")
def reviewed() -> list[Told]:
    book = Book(rules=RULES, cases={}, early={})
    for message in messages():
        book.take(enveloped(message))
    return [
        told(book.cases[code], [it for it in book.entries if it.case == code])
        for code in (ACCEPTED, REFUSED, WITHDRAWN)
    ]


@pytest.fixture(scope="module")
def log(reviewed: list[Told], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("log") / "log.xes"
    file.write_text("\n".join(as_xes.written(reviewed, officers=True)), encoding="utf-8")
    return file


def test_xes_has_it_first_in_the_order_in_which_it_happened(log: Path):
    cases = {it.attributes["concept:name"]: it for it in xes.read(log)}
    for code, ends in (
        (ACCEPTED, ["complete", "assign"]),
        (REFUSED, ["complete"]),
        (WITHDRAWN, ["withdraw"]),
    ):
        events = cases[code].events
        course = [it["lifecycle:transition"] for it in events]
        assert course == ["start", "suspend", "resume", *ends]
        stamps = [xes.moment(it["time:timestamp"], CHINA) for it in events]
        assert stamps == sorted(stamps)
        named = {(it["concept:name"], it["org:group"]) for it in events[:4]}
        assert named == {(as_xes.REVIEW, "development")}
    assert cases[REFUSED].events[1]["org:resource"] == "officer of review"
    found = [(it.attributes.get("outcome"), "enddate" in it.attributes) for it in cases.values()]
    assert found == [(None, False), ("refused", True), ("withdrawn", True)]


def test_replay_reads_cases_that_were_never_accepted_and_a_map_begins_with_acceptance(log: Path):
    done = replay(xes.read(log), ladder=lambda _department: (), calendar=calendar_of(CHINA))
    assert (done.cases, done.ended) == (3, 2)
    assert list(courses(xes.read(log), CHINA)) == []


def test_ocel_says_who_acts_and_who_must_and_of_what_was_missing_only_how_much(
    reviewed: list[Told],
):
    events = json.loads("".join(as_ocel.written(reviewed)))["events"]
    first = [it["type"] for it in events if it["relationships"][0]["objectId"] == ACCEPTED][:5]
    assert first == [*before.KINDS, "case.opened"]
    refused, withdrawn = (
        {it["type"]: it for it in events if it["relationships"][0]["objectId"] == code}
        for code in (REFUSED, WITHDRAWN)
    )
    related = [
        [(it["objectId"], it["qualifier"]) for it in refused[kind]["relationships"]]
        for kind in before.KINDS
    ]
    about, lead = (REFUSED, "about"), "department/development"
    assert related == [[about, (lead, how)] for how in ("to", "by", "to", "by")]
    assert [it["qualifier"] for it in withdrawn[before.ENDED]["relationships"]] == ["about"]
    said = {it["name"]: it["value"] for it in refused[before.NOTIFIED]["attributes"]}
    assert said == {"missing": "2"}
