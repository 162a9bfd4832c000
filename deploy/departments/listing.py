"""Adding an entry to the text of departments.yaml and taking one out; the rest stays as it is,
with its comments."""

import re

import yaml

from shared.errors import Fault, Invalid

Span = tuple[int, int]


def with_entry(text: str, key: str, entry: str) -> str:
    """The text with an entry at the end of `departments`; `entry` is its lines, not indented."""
    lines = text.splitlines(keepends=True)
    entries, indent = _entries(text)
    at = max(end for _begin, end in entries.values())
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    added = [f"{indent}{key}:\n", *(f"{indent}  {line}\n" for line in entry.splitlines())]
    return "".join([*lines[:at], *added, *lines[at:]])


def without_entry(text: str, key: str) -> str:
    """The text without the entry of a department; what stands above it stays."""
    lines = text.splitlines(keepends=True)
    begin, end = _entries(text)[0][key]
    return "".join([*lines[:begin], *lines[end:]])


def _entries(text: str) -> tuple[dict[str, Span], str]:
    """The lines of each entry, from that of its key up to its last, and how far they are in.

    Raises Invalid for a file that is written in another way.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [value for name, value in pairs if name.value == "departments"]
    if not found or not isinstance(found[0], yaml.MappingNode) or found[0].flow_style:
        problem = "must be a mapping with a line for each key; write the entry in by hand"
        raise Invalid(Fault("departments", problem))
    lines = text.splitlines()
    entries = [(key.value, key.start_mark, value) for key, value in found[0].value]
    spans = {name: (start.line, _end(lines, start.line, one)) for name, start, one in entries}
    return spans, " " * entries[0][1].column


def _end(lines: list[str], begin: int, value: yaml.Node) -> int:
    """Behind the last line of a value that says something: a block ends where the next begins."""
    mark = value.end_mark
    block = isinstance(value, yaml.CollectionNode) and not value.flow_style
    at = min(mark.line if block or mark.column == 0 else mark.line + 1, len(lines))
    while at > begin + 1 and re.fullmatch(r"\s*(#.*)?", lines[at - 1]):
        at -= 1
    return at
