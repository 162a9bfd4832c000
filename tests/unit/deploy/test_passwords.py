"""The passwords of a stack's broker users: whoever asks is told the same."""

import subprocess
import sys
from pathlib import Path

ASKED = """
import sys
from pathlib import Path
from deploy.local.passwords import Passwords

print(*(Passwords(Path(sys.argv[1], str(it))).of("routing") for it in range(200)))
"""


def test_processes_that_come_at_the_same_moment_have_the_same_passwords(tmp_path: Path) -> None:
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASKED, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    told = {it.communicate()[0] for it in asking}
    assert len(told) == 1
    assert len({*told.pop().split()}) == 200
    assert len([*tmp_path.iterdir()]) == 200, "a draft was left"
    assert not any(it.stat().st_mode & 0o077 for it in tmp_path.iterdir())
