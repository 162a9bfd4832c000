"""Files that are followed: what is half written, wrong or away never comes into force."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from structlog.testing import capture_logs

from shared.errors import Fault, Invalid
from shared.following import Followed


def number_in(file: Path) -> int:
    """What a file means; raises Invalid."""
    try:
        return int(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(Fault("number", f"{file.name} has none: {error}")) from error


class Written:
    """A file of which no two texts have the same time, however fast the test is."""

    def __init__(self, file: Path) -> None:
        self.file, self._times = file, 0

    def write(self, text: str) -> None:
        self.file.write_text(text, "utf-8")
        self._times += 1
        os.utime(self.file, ns=(self._times, self._times))

    def followed(self, *, asked: bool = False) -> Followed[int]:
        return Followed(
            lambda: number_in(self.file), files=lambda: (self.file,), name="number", asked=asked
        )


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    found = Written(tmp_path / "number")
    found.write("1")
    yield found


def test_a_change_is_followed_once_it_was_the_same_in_two_looks(written: Written) -> None:
    followed = written.followed()
    written.write("2")
    assert (followed.look(), followed.meant) == (False, 1)
    written.write("23")
    assert (followed.look(), followed.meant) == (False, 1), "somebody is still writing"
    assert (followed.look(), followed.meant) == (True, 23)
    assert not followed.look()


def test_whoever_is_asked_follows_at_once_and_reads_what_is_wrong_only_once(
    written: Written,
) -> None:
    read: list[int] = []

    def reading() -> int:
        read.append(0)
        return number_in(written.file)

    followed = Followed(reading, files=lambda: (written.file,), name="number", asked=True)
    written.write("2")
    assert (followed.look(), followed.meant) == (True, 2)
    written.write("two")
    assert not any(followed.look() for _ in range(9))
    assert (followed.meant, len(read)) == (2, 3)
    written.write("3")
    assert (followed.look(), followed.wrong) == (True, "")


def test_what_is_wrong_is_logged_once_and_read_again_for_the_fault_may_lie_elsewhere(
    written: Written, tmp_path: Path
) -> None:
    other = tmp_path / "other"

    def reading() -> int:
        return number_in(written.file) + (number_in(other) if other.exists() else 0)

    followed = Followed(reading, files=lambda: (written.file,), name="number")
    other.write_text("none", "utf-8")
    written.write("2")
    with capture_logs() as logs:
        assert not any(followed.look() for _ in range(9))
    assert [it["error"] for it in logs] == [followed.wrong]
    assert "other has none" in followed.wrong
    other.write_text("40", "utf-8")
    assert (followed.look(), followed.meant, followed.wrong) == (True, 42, "")


def test_what_means_the_same_as_before_is_no_change(written: Written) -> None:
    followed = written.followed()
    written.write("01")
    assert not any(followed.look() for _ in range(3))
    written.write("one")
    assert not any(followed.look() for _ in range(3))
    assert followed.wrong
    written.write("1")
    assert not any(followed.look() for _ in range(3))
    assert not followed.wrong


def test_files_that_were_named_by_what_was_read_are_followed_as_well(
    written: Written, tmp_path: Path
) -> None:
    named: list[Path] = []
    other = Written(tmp_path / "other")

    def reading() -> int:
        named[:] = [other.file] if written.file.read_text("utf-8") == "see other" else []
        return number_in(named[0] if named else written.file)

    followed = Followed(reading, files=lambda: (written.file, *named), name="number")
    other.write("5")
    written.write("see other")
    assert [followed.look() for _ in range(5)] == [False, True, False, False, False]
    other.write("6")
    assert [followed.look() for _ in range(3)] == [False, True, False]
    assert followed.meant == 6


def test_what_is_wrong_at_the_start_is_refused_unless_something_is_meant_otherwise(
    tmp_path: Path,
) -> None:
    written = Written(tmp_path / "number")
    with pytest.raises(Invalid, match="number has none"):
        written.followed()
    followed = Followed(
        lambda: number_in(written.file),
        files=lambda: (written.file,),
        name="number",
        otherwise=lambda error: len(error.faults),
    )
    assert (followed.meant, "number has none" in followed.wrong) == (1, True)


class Editing(RuleBasedStateMachine):
    """Somebody writes, breaks and removes the file between the looks of a timer."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.written = Written(Path(self.folder.name) / "number")
        self.written.write("0")
        self.followed = self.written.followed()
        self.text: str | None = "0"
        self.good, self.quiet = 0, 2

    @rule(text=st.sampled_from(["1", "2", "3", "half wri", ""]))
    def write(self, text: str) -> None:
        self.written.write(text)
        self.text, self.quiet = text, 0

    @precondition(lambda self: self.text is not None)
    @rule()
    def remove(self) -> None:
        self.written.file.unlink()
        self.text, self.quiet = None, 0

    @rule()
    def look(self) -> None:
        before = self.good
        self.quiet += 1
        if self.quiet >= 2 and self.text and self.text.isdigit():
            self.good = int(self.text)
        assert self.followed.look() == (self.good != before)

    @invariant()
    def the_last_good_one_that_stayed_is_in_force(self) -> None:
        assert self.followed.meant == self.good
        if self.quiet >= 2:
            assert bool(self.followed.wrong) != bool(self.text and self.text.isdigit())

    def teardown(self) -> None:
        self.folder.cleanup()


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
