"""The examples below every command's help are such as the command line takes."""

import shlex

import pytest
import typer

from deploy.cli import Commands, app, command_names
from deploy.cli.examples import EXAMPLES

ROOT = typer.main.get_command(app)
LINES = [line for lines in EXAMPLES.values() for line in lines]


def _leaves(command, name):
    inner = getattr(command, "commands", None)
    if not inner:
        return [name]
    return [leaf for key, below in inner.items() for leaf in _leaves(below, f"{name} {key}")]


def _command(name):
    return Commands.get_command(ROOT, None, name)


def test_every_command_has_an_example_and_no_example_is_left_over():
    leaves = [leaf for name in command_names() for leaf in _leaves(_command(name), name)]
    assert sorted(leaves) == sorted(EXAMPLES)


@pytest.mark.parametrize("line", LINES)
def test_an_example_is_one_that_the_command_takes(line):
    words = shlex.split(line.partition(" > ")[0])
    command = _command(words.pop(0))
    while getattr(command, "commands", None):
        command = command.commands[words.pop(0)]
    command.make_context("onewindow", words)


def test_lists_of_commands_cut_nothing_off():
    for name in command_names():
        inner = getattr(_command(name), "commands", {})
        assert not [it for it in inner.values() if it.get_short_help_str(20).endswith("...")]
    listed = ROOT.get_help(typer.Context(ROOT, info_name="onewindow")).partition("Commands:")[2]
    assert listed
    assert "..." not in listed
