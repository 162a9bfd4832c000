"""The passwords of a stack's broker users: whoever asks is told the same."""

import multiprocessing
from pathlib import Path

from deploy.local.passwords import Passwords


def _asked(file: Path) -> str:
    return Passwords(file).of("routing")


def test_processes_that_come_at_the_same_moment_have_the_same_passwords(tmp_path: Path) -> None:
    for number in range(20):
        file = tmp_path / f"secret-{number}"
        with multiprocessing.get_context("fork").Pool(4) as pool:
            assert len(set(pool.map(_asked, [file] * 4, chunksize=1))) == 1
        assert file.stat().st_mode & 0o077 == 0
    assert len([*tmp_path.iterdir()]) == 20
