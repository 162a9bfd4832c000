"""Work that would hold up every green thread of a process, done in a real thread instead."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from eventlet import tpool

Given = ParamSpec("Given")
Result = TypeVar("Result")


def aside(function: Callable[Given, Result], *args: Given.args, **kw: Given.kwargs) -> Result:
    """Call a function in a thread and wait for it while others go on. It must touch no connection,
    lock or green thread of ours: passwords, spreadsheets and documents are what this is for."""
    return cast(Result, tpool.execute(function, *args, **kw))
