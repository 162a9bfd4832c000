"""Ctrl-C, as a terminal sends it: no traceback, status 130, nothing half written or still there."""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import pytest

import deploy.__main__
from deploy.cli.wholefile import whole
from shared.database import Database
from shared.migrating import migrate
from tests.contract.watching import observe
from tests.unit.supervision.flow.town import cases
from tests.waiting import eventually

HEAD = b'<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">'
TRACE = b"""<trace><string key="concept:name" value="one"/><event>
<string key="concept:name" value="siting"/><date key="time:timestamp"
value="2026-09-18T10:00:00+08:00"/></event></trace>"""
ENDED = (130, -signal.SIGINT)
"""What a shell calls 130 in both cases: the command ended itself, or the signal did."""


@contextmanager
def begun(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process group of its own, as a shell would start it."""
    command = [sys.executable, "-W", "ignore", "-P", "-m", "deploy", *words]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupted(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C and look at what comes of it."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in ENDED, err
    assert (out, b"Traceback" in err) == (b"", False), err
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        os.killpg(process.pid, 0)


def test_a_command_that_reads_a_log_ends_in_the_midst_of_it(tmp_path: Path) -> None:
    part = gzip.compress(TRACE * 10_000)
    (tmp_path / "log.xes.gz").write_bytes(gzip.compress(HEAD) + part * 500)  # minutes of reading
    with begun(tmp_path, "replay", "log.xes.gz", "--alerts", "out.csv") as process:
        eventually(lambda: reads(process, tmp_path / "log.xes.gz"), "the command reads the log")
        interrupted(process)
    assert [it.name for it in tmp_path.iterdir()] == ["log.xes.gz"]


def reads(process: subprocess.Popen[bytes], file: Path) -> bool:
    """Whether some of a file was read, but not all of it."""
    assert process.poll() is None
    for opened in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if opened.readlink() == file:
                position = Path(f"/proc/{process.pid}/fdinfo/{opened.name}").read_text()
                return 0 < int(position.split()[1]) < file.stat().st_size
    return False


def test_an_export_ends_in_the_midst_of_what_it_writes(tmp_path: Path) -> None:
    database = Database.open("supervision", data=tmp_path)
    migrate(database)
    observe(database, *cases(10))
    database.close()
    os.mkfifo(tmp_path / "out.xes")
    words = ("log", "export", "out.xes", "--format", "xes", "--data", ".")
    with begun(tmp_path, *words) as process, (tmp_path / "out.xes").open("rb") as out:
        assert out.read(100).startswith(b"<?xml")
        interrupted(process)


def test_a_file_has_its_name_when_it_is_whole_and_what_was_begun_goes(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    file.write_text("before")
    with pytest.raises(KeyboardInterrupt), whole(file) as part:
        part.write_text("half")
        raise KeyboardInterrupt
    assert [(it.name, it.read_text()) for it in tmp_path.iterdir()] == [("out.csv", "before")]
    (tmp_path / "link.csv").symlink_to("out.csv")
    with whole(tmp_path / "link.csv") as part:
        part.write_text("whole")
        assert file.read_text() == "before"
    assert file.read_text() == "whole"
    assert {it.name for it in tmp_path.iterdir()} == {"out.csv", "link.csv"}


def test_who_could_not_read_a_file_cannot_read_what_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    file.touch(mode=0o600)
    with whole(file) as part:
        assert part.stat().st_mode & 0o777 == 0o600, "from the beginning"
        part.write_text("names")
    assert file.stat().st_mode & 0o777 == 0o600


def test_until_a_command_has_begun_the_system_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: list[object] = []

    class Loading(ModuleType):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if name != "main":
                raise AttributeError(name)
            handlers.append(signal.getsignal(signal.SIGINT))
            return lambda: handlers.append(signal.getsignal(signal.SIGINT))

    monkeypatch.setitem(sys.modules, "deploy.cli", Loading("deploy.cli"))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        deploy.__main__.run()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        deploy.__main__.run()
    finally:
        signal.signal(signal.SIGINT, before)
    ignored, default = signal.SIG_IGN, signal.default_int_handler
    assert handlers == [signal.SIG_DFL, default, ignored, ignored]
