"""Rungs fire to the moment to which the case stream has been read."""

from datetime import timedelta

from services.supervision.tide import Tide
from tests.unit.supervision.steps import at

NOW = at("09-21 10:00")


def test_nothing_fires_until_the_stream_had_time_to_show_what_it_holds():
    tide = Tide(speed=1.0, started=0.0)
    assert tide.limit(now=NOW, at=1.0) is None
    assert tide.limit(now=NOW, at=2.0) == NOW


def test_while_old_messages_come_rungs_fire_to_the_oldest_of_them():
    tide = Tide(speed=1.0, started=0.0)
    tide.read(NOW - timedelta(hours=9), now=NOW, at=0.5)
    assert tide.limit(now=NOW, at=0.6) == NOW - timedelta(hours=9)
    tide.read(NOW - timedelta(hours=4), now=NOW, at=1.9)
    assert tide.limit(now=NOW, at=3.0) == NOW - timedelta(hours=4)


def test_once_no_old_message_comes_rungs_fire_to_now():
    tide = Tide(speed=1.0, started=0.0)
    tide.read(NOW - timedelta(hours=9), now=NOW, at=10.0)
    tide.read(NOW - timedelta(seconds=1), now=NOW, at=10.5)
    assert tide.limit(now=NOW, at=11.6) == NOW


def test_old_is_meant_in_real_seconds_when_business_time_runs_fast():
    tide = Tide(speed=20_000.0, started=0.0)
    tide.read(NOW - timedelta(hours=9), now=NOW, at=5.0)
    assert tide.limit(now=NOW, at=5.1) == NOW
