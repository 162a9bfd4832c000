"""What commands say to a person."""

import contextlib
import sys


def say(text: str) -> None:
    """Progress and remarks: on stderr, so that they do not mix with a command's result."""
    with contextlib.suppress(OSError):  # the terminal may be gone; what is being done goes on
        print(text, file=sys.stderr, flush=True)
