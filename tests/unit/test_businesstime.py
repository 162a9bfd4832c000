import math
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from shared.businesstime import BusinessTime, setting_of, setting_starting_now, start
from shared.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY_NINE = datetime(2026, 9, 18, 9, tzinfo=SHANGHAI)
ANCHORED = "2026-09-18T09:00:00+08:00@72000/1790000000.0"


def at_real(epoch: float) -> time_machine.travel:
    return time_machine.travel(epoch, tick=False)


def test_an_empty_setting_is_the_real_clock_in_the_zone_of_the_offices():
    with at_real(1_790_000_000.25):
        now = BusinessTime.parse("  ", production=True).now()
    assert now == datetime.fromtimestamp(1_790_000_000.25, UTC)
    assert now.tzinfo is SHANGHAI


def test_business_time_stands_at_its_instant_at_the_anchor():
    with at_real(1_790_000_000.0):
        now = BusinessTime.parse(ANCHORED, production=False).now()
    assert now == FRIDAY_NINE
    assert now.tzinfo is SHANGHAI


def test_one_real_second_at_speed_72000_is_twenty_hours():
    with at_real(1_790_000_001.0):
        assert BusinessTime.parse(ANCHORED, production=False).now() == FRIDAY_NINE + timedelta(
            hours=20
        )


def test_before_the_anchor_business_time_stands_still_at_its_instant():
    with at_real(1_789_999_990.0):
        business = BusinessTime.parse(ANCHORED, production=False)
        assert business.now() == FRIDAY_NINE
        assert business.delay_until(FRIDAY_NINE) == 0
        assert business.delay_until(FRIDAY_NINE + timedelta(hours=20)) == pytest.approx(11.0)


def test_the_wait_for_a_moment_is_shortened_by_the_speed():
    with at_real(1_790_000_000.0):
        business_time = BusinessTime.parse(ANCHORED, production=False)
        assert business_time.delay_until(FRIDAY_NINE + timedelta(hours=10)) == pytest.approx(0.5)


def test_nobody_waits_for_what_has_passed():
    with at_real(1_790_000_000.0):
        business_time = BusinessTime.parse(ANCHORED, production=False)
        assert business_time.delay_until(FRIDAY_NINE - timedelta(days=1)) == 0.0


def test_a_setting_made_now_starts_at_its_instant_now():
    with at_real(1_800_000_000.5):
        text = setting_starting_now(FRIDAY_NINE, speed=600)
        business_time = BusinessTime.parse(text, production=False)
        assert business_time.now() == FRIDAY_NINE
        assert business_time.speed == 600


def test_two_processes_that_read_one_setting_agree():
    text = setting_starting_now(FRIDAY_NINE, speed=1000)
    with at_real(time.time() + 3):
        first = BusinessTime.parse(text, production=False).now()
        second = BusinessTime.parse(text, production=False).now()
    assert first == second


def test_another_zone_shows_the_same_moment():
    urumqi = ZoneInfo("Asia/Urumqi")
    with at_real(1_790_000_000.0):
        now = BusinessTime.parse(ANCHORED, production=False, zone=urumqi).now()
    assert now == FRIDAY_NINE
    assert now.tzinfo is urumqi


def test_production_refuses_any_clock_but_the_real_one():
    with pytest.raises(Invalid, match=r"ONEWINDOW_TIME: .*production"):
        BusinessTime.parse(ANCHORED, production=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tomorrow", "INSTANT@SPEED/ANCHOR"),
        ("2026-09-18T09:00:00+08:00@72000", "INSTANT@SPEED/ANCHOR"),
        ("2026-09-18T09:00:00@72000/1790000000", "offset"),
        ("2026-13-18T09:00:00+08:00@72000/1790000000", "instant '2026-13-18T09:00:00+08:00'"),
        ("2026-09-18T09:00:00+08:00@fast/1790000000", "speed 'fast'"),
        ("2026-09-18T09:00:00+08:00@0/1790000000", "speed '0'"),
        ("2026-09-18T09:00:00+08:00@-3/1790000000", "speed '-3'"),
        ("2026-09-18T09:00:00+08:00@inf/1790000000", "speed 'inf'"),
        ("2026-09-18T09:00:00+08:00@nan/1790000000", "speed 'nan'"),
        ("2026-09-18T09:00:00+08:00@1/later", "anchor 'later'"),
        ("2026-09-18T09:00:00+08:00@1/nan", "anchor 'nan'"),
    ],
)
def test_a_setting_that_cannot_be_read_says_what_is_wrong(text: str, problem: str):
    with pytest.raises(Invalid) as caught:
        BusinessTime.parse(text, production=False)
    assert [fault.field for fault in caught.value.faults] == ["ONEWINDOW_TIME"]
    assert problem in str(caught.value)


def test_a_setting_cannot_be_made_from_an_instant_without_zone():
    with pytest.raises(Invalid, match="ONEWINDOW_TIME"):
        setting_starting_now(datetime(2026, 9, 18, 9), speed=1)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.inf, math.nan])
def test_a_setting_cannot_be_made_with_a_speed_that_does_not_move_forward(speed: float):
    with pytest.raises(Invalid, match="ONEWINDOW_TIME"):
        setting_starting_now(FRIDAY_NINE, speed=speed)


def test_time_stands_still_until_the_file_of_its_anchor_is_written(tmp_path: Path):
    anchor = tmp_path / "anchor"
    text = setting_of(FRIDAY_NINE, speed=72_000, anchor=anchor)
    business = BusinessTime.parse(text, production=False)
    with at_real(1_790_000_000.0):
        assert business.now() == FRIDAY_NINE
        assert business.delay_until(FRIDAY_NINE + timedelta(hours=20)) == pytest.approx(1.0)
        start(anchor)
    with at_real(1_790_000_001.0):
        assert business.now() == FRIDAY_NINE + timedelta(hours=20)
