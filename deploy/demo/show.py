"""What the demonstration shows: a live table while it plays, a summary at the end."""

from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.demo.drama import Drama, Story

STATES = {
    "": ("·", "dim"),
    "accepted": ("handed in", "cyan"),
    "handling": ("handling", "cyan"),
    "suspended": ("clock stopped", "magenta"),
    "awaiting_materials": ("awaits a paper", "magenta"),
    "decided": ("decided", "green"),
    "withdrawn": ("withdrawn", "dim"),
    "approved": ("approved", "green"),
    "approved_with_conditions": ("approved with conditions", "green"),
    "rejected": ("rejected", "red"),
}
RUNGS = {
    "reminder": "blue",
    "yellow": "yellow",
    "red": "red",
    "head": "bold red",
    "refused": "bold magenta",
    "parked": "bold cyan",
}
TASKS = {
    "waiting": "·",
    "assigned": "○",
    "accepted": "◐",
    "completed": "●",
    "returned": "↩",
    "suspended": "‖",
    "declined": "↪",
    "skipped": "",
    "cancelled": "×",
}


def live(drama: Drama, now: datetime, alerts: list[dict[str, Any]]) -> RenderableType:
    """The cases as they stand."""
    table = Table(title=f"OneWindow  {now:%a %Y-%m-%d %H:%M}", title_justify="left", expand=False)
    for name in ("case code", "what is applied for", "state", "tasks", "alerts"):
        table.add_column(name, no_wrap=True)
    for story in drama.stories:
        table.add_row(*_row(story, [it for it in alerts if it["case"] == story.code]))
    legend = "· waiting  ○ assigned  ◐ accepted  ● completed  ↩ returned  ‖ suspended  × cancelled"
    return Group(table, Text(legend, style="dim"))


def _row(story: Story, alerts: list[dict[str, Any]]) -> tuple[RenderableType, ...]:
    label, style = STATES.get(story.fate, (story.fate, ""))
    tasks = story.tracked.get("tasks", ())
    marks = "".join(TASKS.get(it["state"], "?") for it in tasks)
    lights = Text()
    for rung in dict.fromkeys(it["rung"] for it in alerts):
        lights.append(f"{rung} ", RUNGS.get(rung, ""))
    form = story.applying.form
    subject = form.get("project_name") or form.get("company_name") or form.get("child_name")
    return story.code, str(subject), Text(label, style), marks, lights


def summary(console: Console, result: dict[str, Any], seconds: float) -> None:
    """What became of every case, every alert, what was refused and what is parked."""
    console.print(_cases(result["cases"]))
    console.print(_alerts(result["alerts"]))
    for it in result["refused"]:
        console.print(f"[bold magenta]refused[/]  {it['text']}", highlight=False)
    for it in result["parked"]:
        line = f"[bold cyan]parked[/]   {it['service']}: {it['type']} from {it['sender']}: "
        console.print(line + it["reason"], highlight=False)
    verified = sum(it["trace_verified"] for it in result["cases"])
    console.print(
        f"\n{len(result['cases'])} cases, {verified} traces verified, "
        f"{len(result['alerts'])} alerts, {len(result['refused'])} refused, "
        f"{len(result['parked'])} parked; played in {seconds:.0f} s.",
        highlight=False,
    )


def _cases(cases: list[dict[str, Any]]) -> Table:
    table = Table(title="What became of the cases", title_justify="left")
    for name in ("case code", "fate", "due", "decided", "trace", "story"):
        table.add_column(name, no_wrap=name != "story")
    for it in cases:
        label, style = STATES.get(it["fate"], (it["fate"], ""))
        trace = Text("verified", "green") if it["trace_verified"] else Text("BROKEN", "bold red")
        due, decided = (it["due_date"] or "")[:10], (it["decided_at"] or "")[:10]
        table.add_row(it["code"], Text(label, style), due, decided, trace, it["story"])
    return table


def _alerts(alerts: list[dict[str, Any]]) -> Table:
    table = Table(title="Alerts, in order", title_justify="left")
    for name in ("when", "rung", "case code", "clock", "department", "due"):
        table.add_column(name, no_wrap=True)
    for it in alerts:
        rung = Text(it["rung"], RUNGS.get(it["rung"], ""))
        due = (it["due_at"] or "")[:16].replace("T", " ")
        when = it["at"][:16].replace("T", " ")
        clock = "/".join(it["clock"].split("/")[1:2])
        table.add_row(when, rung, it["case"], clock, it["department"], due)
    return table
