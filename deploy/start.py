"""Hands secrets from files to a program: `python -m deploy.start PROGRAM ARGUMENT...`.

For every variable NAME_FILE in the environment the program finds that file's text in NAME; it then
takes this process's place. Containers and systemd both offer a secret as a file that only the
process may read, so none has to stand in a unit, in a compose file or in `docker inspect`.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.errors import Fault, Invalid, OneWindowError

FILE = "_FILE"
OURS = ("AMQP_URI", "ONEWINDOW_")
REFUSED = 2


def resolved(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with every NAME_FILE of ours replaced by NAME; raises Invalid, naming it."""
    read = {
        name.removesuffix(FILE): _text(name, Path(value))
        for name, value in environ.items()
        if name.endswith(FILE) and name.startswith(OURS)
    }
    kept = {name: value for name, value in environ.items() if name.removesuffix(FILE) not in read}
    return {**kept, **read}


def _text(variable: str, file: Path) -> str:
    try:
        text = file.read_text().strip()
    except OSError as error:
        raise Invalid(Fault(variable, f"{file} cannot be read: {error.strerror}")) from error
    if not text:
        raise Invalid(Fault(variable, f"{file} is empty; it should hold the secret"))
    return text


def main(arguments: list[str]) -> int:
    """Become the program that is named; 2 with one sentence when a secret is missing."""
    if not arguments:
        print("usage: python -m deploy.start PROGRAM ARGUMENT...", file=sys.stderr)
        return REFUSED
    try:
        environ = resolved(os.environ)
        os.execvpe(arguments[0], arguments, environ)  # noqa: S606 - no shell is the point
    except OneWindowError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{arguments[0]}: cannot be started: {error.strerror}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
