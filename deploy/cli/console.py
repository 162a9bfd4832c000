"""What commands say to a person."""

import sys


def say(text: str) -> None:
    """Progress and remarks: on stderr, so that they do not mix with a command's result."""
    print(text, file=sys.stderr, flush=True)
