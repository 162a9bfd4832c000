"""What departments are to do with a case: written into the name of its project, as each may see it.

    精密轴承生产线 [siting=hold] [lightning=decline:fire]

A task that is not named is approved at once.

approve     at once, what every task does that is not named
conditions  approved with a condition
hazard      approved; the site lies in an area prone to geological hazards
later       taken up, approved when the clerk comes
reject      taken up, rejected when the clerk comes
hold        taken up and never answered
return      returned for supplement once, then approved
suspend     a special procedure begins; the clerk ends it, then approves
decline     given back; with `:DEPARTMENT` that one is proposed, which then approves
"""

import re

LEAD = "development-reform"


def with_script(title: str, script: dict[str, str]) -> str:
    """The name of a project with what is to be done with its tasks."""
    return " ".join([title, *(f"[{task}={does}]" for task, does in script.items())])


def behaviour(project_name: str, task: str) -> tuple[str, str]:
    """What to do with a task, and the department that is proposed where it is declined."""
    found = re.search(rf"\[{re.escape(task)}=([a-z]+):?([a-z-]*)\]", project_name)
    return (found[1], found[2]) if found else ("approve", "")
