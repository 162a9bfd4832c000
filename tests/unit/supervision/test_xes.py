"""Reading event logs: what is there, and what is refused."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.supervision import xes

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
  <int key="events" value="2"><int key="nested" value="1"/></int>
  <trace>
    <string key="concept:name" value="case-1"><string key="deeper" value="no"/></string>
    <date key="deadline" value="2026-09-18T17:00:00.000+02:00"/>
    <event>
      <string key="concept:name" value="受理"/>
      <date key="time:timestamp" value="2026-09-01T09:00:00.000+02:00"/>
    </event>
    <event><string key="concept:name" value="decided"/></event>
  </trace>
  <trace><string key="concept:name" value="case-2"/></trace>
</log>
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "small.xes"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_a_log_gives_each_trace_with_its_attributes_and_events(log: Path):
    first, second = xes.read(log)
    assert first.attributes == {
        "concept:name": "case-1",
        "deadline": "2026-09-18T17:00:00.000+02:00",
    }
    assert [event["concept:name"] for event in first.events] == ["受理", "decided"]
    assert (second.attributes, second.events) == ({"concept:name": "case-2"}, ())


def test_a_packed_log_reads_the_same_and_tells_how_far_it_is(log: Path, tmp_path: Path):
    packed = tmp_path / "small.xes.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    told: list[int] = []
    assert list(xes.read(packed, told.append)) == list(xes.read(log))
    assert told[-1] == packed.stat().st_size


def test_a_date_without_an_offset_is_one_of_the_zone():
    assert xes.moment("2011-10-11T13:42:22.688", AMSTERDAM).utcoffset() == timedelta(hours=2)
    given = xes.moment("2011-10-11T13:42:22.688Z", AMSTERDAM)
    assert given == datetime.fromisoformat("2011-10-11T15:42:22.688+02:00")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"case;start;end\n", "is not XML: not well-formed"),
        (b"", "is not XML: no element found"),
        (b"<log><trace>", "is not XML: no element found"),
        (b"<html></html>", "begins with <html>; an event log begins with <log>"),
        (
            b'<!DOCTYPE log [<!ENTITY a "aaaa">]><log>&a;</log>',
            "declares a document type, which an event log never needs",
        ),
        (gzip.compress(LOG.encode())[:-20], "the compressed file ends too early or is damaged"),
    ],
)
def test_what_is_no_event_log_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, problem: str
):
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    with pytest.raises(xes.UnreadableLog, match=problem):
        list(xes.read(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(xes.UnreadableLog, match=r"none\.xes: cannot be read: No such file"):
        list(xes.read(tmp_path / "none.xes"))
