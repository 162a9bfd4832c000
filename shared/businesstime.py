"""Business time: the only place that reads the wall clock.

Everything else is handed `now`. One setting, ONEWINDOW_TIME, gives every process of a stack the
same business time:

    (empty)                                         the real clock
    2026-09-18T09:00:00+08:00@72000/1790000000.0    INSTANT@SPEED/ANCHOR: it is INSTANT at the real
                                                    epoch second ANCHOR, and SPEED business seconds
                                                    pass in each real second
    2026-09-18T09:00:00+08:00@72000//tmp/anchor     ANCHOR is a file with an absolute path; it
                                                    holds the epoch second

The anchor is part of the setting, so that processes that start one after the other agree.
"""

import math
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid

SETTING = "ONEWINDOW_TIME"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class BusinessTime:
    """It is `instant` at the real epoch second `anchor`; `speed` business seconds a real second.

    Before the anchor, and while `anchor_file` is not written, time stands still at `instant`: a
    stack that is set up meanwhile begins there. The defaults are the real clock.
    """

    zone: ZoneInfo = CHINA
    instant: datetime = EPOCH
    speed: float = 1.0
    anchor: float = 0.0
    anchor_file: Path | None = None

    @classmethod
    def parse(cls, text: str, *, production: bool, zone: ZoneInfo = CHINA) -> Self:
        """Read the setting. Raises Invalid, naming ONEWINDOW_TIME, for what cannot be read, and in
        production for anything but the real clock."""
        text = text.strip()
        if not text:
            return cls(zone=zone)
        if production:
            raise _wrong("must be empty in production, which runs on the real clock; unset it")
        instant, speed, anchor = _parts(text)
        started = cls(zone=zone, instant=_instant(instant), speed=_speed(speed))
        if anchor.startswith("/"):
            return replace(started, anchor_file=Path(anchor))
        return replace(started, anchor=_anchor(anchor))

    def now(self) -> datetime:
        """The present business instant, aware, in the zone of the offices."""
        passed = timedelta(seconds=max(0.0, self._running()) * self.speed)
        return (self.instant.astimezone(UTC) + passed).astimezone(self.zone)

    def delay_until(self, moment: datetime) -> float:
        """Real seconds to wait until business time reaches `moment`; 0 when it has passed.

        While the anchor's file is not written: as if it were written now.
        """
        ahead = (moment - self.now()).total_seconds() / self.speed
        return max(0.0, ahead + max(0.0, -self._running())) if ahead > 0 else 0.0

    def _running(self) -> float:
        """Real seconds since the anchor; negative before it."""
        if self.anchor_file is None:
            return time.time() - self.anchor
        written = _written(self.anchor_file)
        return 0.0 if written is None else time.time() - written


_anchors: dict[Path, float] = {}


def _written(file: Path) -> float | None:
    """The anchor in a file, which never changes once it is written."""
    if file not in _anchors:
        try:
            _anchors[file] = _anchor(file.read_text())
        except FileNotFoundError:
            return None
    return _anchors[file]


def setting_of(instant: datetime, *, speed: float, anchor: float | Path) -> str:
    """The text of ONEWINDOW_TIME: `instant` at the anchor, an epoch second or the file of one."""
    _instant(instant.isoformat())
    _speed(str(speed))
    return f"{instant.isoformat()}@{speed}/{anchor}"


def setting_starting_now(instant: datetime, *, speed: float) -> str:
    """The text of ONEWINDOW_TIME for a stack that starts now, at `instant`, at `speed`."""
    return setting_of(instant, speed=speed, anchor=time.time())


def start(anchor_file: Path) -> None:
    """Let the time of a stack run from now on."""
    complete = anchor_file.with_suffix(".new")
    complete.write_text(repr(time.time()))
    complete.replace(anchor_file)


def _parts(text: str) -> tuple[str, str, str]:
    instant, at, rest = text.partition("@")
    speed, slash, anchor = rest.partition("/")
    if not (at and slash):
        raise _wrong(f"{text!r} is not INSTANT@SPEED/ANCHOR; leave it empty for the real clock")
    return instant, speed, anchor


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(f"the instant {text!r} is not a date and time of ISO 8601") from None
    if instant.utcoffset() is None:
        raise _wrong(f"the instant {text!r} has no offset from UTC; write one, such as +08:00")
    return instant


def _speed(text: str) -> float:
    speed = _number(text)
    if not (math.isfinite(speed) and speed > 0):
        raise _wrong(f"the speed {text!r} is not a number above 0")
    return speed


def _anchor(text: str) -> float:
    anchor = _number(text)
    if not math.isfinite(anchor):
        raise _wrong(f"the anchor {text!r} is not a number of seconds since 1970")
    return anchor


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _wrong(problem: str) -> Invalid:
    return Invalid(Fault(SETTING, problem))
