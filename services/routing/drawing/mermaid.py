"""The plan of an item in Mermaid's language for flow charts."""

from collections.abc import Iterator
from itertools import pairwise

from services.routing.departments import Departments
from services.routing.drawing.words import how_long, title_of, who_of
from services.routing.plan import Item, Task
from services.routing.way import days_of, longest_way

_SPECIAL = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}


def mermaid(item: Item, language: str = "zh", departments: Departments | None = None) -> str:
    """The chart as text; the longest way is thick and red, tasks with a condition are dashed."""
    return "\n".join(_lines(item, language, departments)) + "\n"


def _lines(item: Item, language: str, departments: Departments | None) -> Iterator[str]:
    names = {task.key: f"t{number}" for number, task in enumerate(item.tasks)}
    _, way = longest_way(item, days_of)
    yield "flowchart LR"
    yield f"    %% {item.key}, version {item.version}"
    for task in item.tasks:
        yield f'    {names[task.key]}["{_label(task, language, departments)}"]'
    joined = [(early, task.key) for task in item.tasks for early in task.after]
    for early, late in joined:
        yield f"    {names[early]} --> {names[late]}"
    yield "    classDef longest stroke:#c62828,stroke-width:3px"
    yield "    classDef perhaps stroke-dasharray:6 4"
    yield f"    class {','.join(names[key] for key in way)} longest"
    perhaps = [names[task.key] for task in item.tasks if task.when]
    if perhaps:
        yield f"    class {','.join(perhaps)} perhaps"
    marked = [str(joined.index(ends)) for ends in pairwise(way)]
    if marked:
        yield f"    linkStyle {','.join(marked)} stroke:#c62828,stroke-width:3px"


def _label(task: Task, language: str, departments: Departments | None) -> str:
    who, long = who_of(task, language, departments), how_long(task, language)
    words = filter(None, (title_of(task, language), who, long, task.when))
    return "<br/>".join(_safe(one) for one in words)


def _safe(words: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in words)
