"""What departments are to do with a case, written into a name in its form that each may see.

    精密轴承生产线 [siting=hold] [soil-water=later:30]

approve     at once: every task that is not named
conditions  approved with a condition
reject      rejected at once
return      returned for supplement, then approved
decline     given back; the lead department, which then gets it, approves
later:N     taken up, approved N seconds later
hold        taken up and never answered
"""

import re

LEADS = ("development-reform", "market-regulation", "health")
"""The lead departments of the example items."""

NAMES = ("project_name", "company_name", "child_name")


def with_script(title: str, script: dict[str, str]) -> str:
    """A name with what is to be done with the tasks of its case."""
    return " ".join([title, *(f"[{task}={does}]" for task, does in script.items())])


def behaviour(form: dict[str, object], task: str) -> tuple[str, int]:
    """What to do with a task that shows this form, and after how many seconds."""
    name = next((str(form[it]) for it in NAMES if it in form), "")
    found = re.search(rf"\[{re.escape(task)}=([a-z]+):?(\d*)\]", name)
    return (found[1], int(found[2] or 0)) if found else ("approve", 0)
