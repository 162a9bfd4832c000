"""Replaying event logs: a small one by hand, and a real one where it is there."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.supervision import xes
from services.supervision.policies import read_policy
from services.supervision.replay import Replay, calendar_of, replay
from shared.errors import Invalid

ROOT = Path(__file__).parents[3]
WABO = ROOT.parent / "shared" / "data" / "wabo-receipt.xes.gz"
SMALL = Path(__file__).parent / "small.xes"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LADDER = read_policy(ROOT / "deploy" / "catalogue" / "policies.yaml").ladder(
    "promised", item="", department=""
)


def replayed(path: Path) -> Replay:
    return replay(
        xes.read(path), ladder=lambda _department: LADDER, calendar=calendar_of(AMSTERDAM)
    )


def alert_times(done: Replay, case: str) -> list[tuple[str, str]]:
    return [(it.rung, it.at.strftime("%m-%d %H:%M")) for it in done.alerts if it.case == case]


def test_a_small_log_by_hand():
    done = replayed(SMALL)
    assert (done.cases, done.ended, done.late, done.open) == (5, 3, 1, 2)
    assert (done.overdue, done.without_deadline) == (1, 1)
    assert done.until == datetime(2026, 9, 30, 12, tzinfo=AMSTERDAM)


def test_a_case_in_time_alerts_nothing_and_a_late_one_every_rung_until_its_end():
    done = replayed(SMALL)
    assert alert_times(done, "in time") == []
    # Due on Friday 11 September at 17:00, ended on Wednesday 16 September at 10:00.
    assert alert_times(done, "late") == [
        ("reminder", "09-10 17:00"),
        ("yellow", "09-11 17:00"),
        ("red", "09-15 17:00"),
    ]


def test_what_is_done_at_the_deadline_is_done_in_time():
    assert alert_times(replayed(SMALL), "to the minute") == [("reminder", "09-10 17:00")]


def test_an_open_case_alerts_until_the_last_stamp_of_the_log():
    assert [rung for rung, _at in alert_times(replayed(SMALL), "open")] == [
        "reminder",
        "yellow",
        "red",
        "head",
    ]


def test_alerts_come_in_the_order_of_time():
    moments = [alert.at for alert in replayed(SMALL).alerts]
    assert moments == sorted(moments)


def test_a_date_that_is_none_names_its_case_and_attribute(tmp_path: Path):
    log = tmp_path / "log.xes"
    text = SMALL.read_text(encoding="utf-8")
    log.write_text(text.replace("2026-09-16T10:00:00", "soon"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"enddate: 'soon\+02:00' is not a date \(case late\)"):
        replayed(log)


@pytest.mark.skipif(not WABO.exists(), reason=f"LEFT OUT: the real log {WABO.name} is not here")
def test_the_permit_log_of_a_dutch_municipality_comes_out_as_its_publisher_counts_it():
    done = replayed(WABO)
    assert (done.cases, done.ended, done.late, done.open) == (1434, 1329, 377, 105)
    counts = Counter(alert.rung for alert in done.alerts)
    assert counts["yellow"] == done.late + done.overdue
    assert counts["reminder"] >= counts["yellow"] >= counts["red"] >= counts["head"] > 0
    assert len({(alert.case, alert.rung) for alert in done.alerts}) == len(done.alerts)
