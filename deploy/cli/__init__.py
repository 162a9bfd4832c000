"""The command line. A command is one module `do_NAME.py` here, with its examples.

The module's docstring begins with the line that `--help` shows; examples.py has what stands below
the options. The module holds either `command`, a function that typer makes a command of, or `app`,
a typer.Typer with several. It is imported only when its command is called. An OneWindowError
becomes its sentence on stderr and exit status 2.
"""

import ast
import errno
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from deploy.cli.examples import shown
from shared.errors import OneWindowError

REFUSED = 2
INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT)
PREFIX = "do_"
FIRST = ("demo", "up", "status", "down", "test", "check")
"""Whoever is new looks for these; the others follow by name."""

INTRODUCTION = """One window, one code, every department.

\b
  ./onewindow demo         watch a dozen cases go from the window to their decision
  ./onewindow up           run all services here, with a broker of their own
  ./onewindow up --detach  the same in the background; then `status` and `down`

Each command has examples: ./onewindow COMMAND --help. Exit status: 0 done; 1 done, and what was
found is not as it should be; 2 not done, with one sentence that says why; 130 ended by Ctrl-C.
"""


def command_names() -> list[str]:
    """All commands, those that a newcomer needs first."""
    found = {
        file.stem.removeprefix(PREFIX).replace("_", "-")
        for file in Path(__file__).parent.glob(f"{PREFIX}*.py")
    }
    return [name for name in FIRST if name in found] + sorted(found.difference(FIRST))


def summary(name: str) -> str:
    """The first line of a command's docstring, read without importing it."""
    tree = ast.parse(_file(name).read_text())
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def _file(name: str) -> Path:
    return Path(__file__).parent / f"{PREFIX}{name.replace('-', '_')}.py"


class Commands(TyperGroup):
    """Imports a command when it is called, not before."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if not _file(cmd_name).exists():
            return None
        if self._listing:
            return TyperCommand(cmd_name, short_help=summary(cmd_name))
        return _load(cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._listing = True
        super().format_help(ctx, formatter)


def _load(name: str) -> Any:
    module = importlib.import_module(f"{__name__}.{_file(name).stem}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        options = getattr(module, "CONTEXT", None)
        app.command(name, help=module.__doc__, context_settings=options)(module.command)
    app.rich_markup_mode = None  # one look for all of them
    loaded = typer.main.get_command(app)
    loaded.name = name
    _teach(loaded, name)
    return loaded


def _teach(command: Any, name: str) -> None:
    """Lists show the first paragraph of a command's help whole, its own help has examples."""
    first = (command.help or "").partition("\n\n")[0]
    command.short_help = " ".join(first.split())
    command.epilog = shown(name)
    for inner, below in getattr(command, "commands", {}).items():
        _teach(below, f"{name} {inner}")


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(help=INTRODUCTION)
def _root() -> None: ...


def main() -> None:
    """Run a command; what it refuses is one sentence on stderr."""
    try:
        try:
            app(prog_name="onewindow")
        finally:
            sys.stdout.flush()
    except OneWindowError as error:
        print(f"onewindow: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    except BrokenPipeError:  # whoever reads has enough: `./onewindow trace CODE | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename is None and error.errno not in FULL:
            raise
        print(f"onewindow: {_said(error)}", file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _said(error: OSError) -> str:
    """What the system refused, and what of it the operator can change."""
    if error.errno in FULL:
        return f"{error.filename or 'a file'} cannot be written: no space is left; make some."
    return f"{error.filename} cannot be used: {error.strerror}; name another, or see to its rights."
