"""A stack's parts as a table for people."""

from collections.abc import Sequence

from deploy.local.state import Part


def addresses(parts: Sequence[Part]) -> str:
    """One line a part: name and address."""
    return "\n".join(f"  {part.name:<16}{part.address}" for part in parts)


PAGES = {
    "department": ("the desk", "--unit DEPARTMENT --role administrator"),
    "supervision": ("the wall, alerts, figures", "--service supervision --unit REGION"),
}
"""The services that people sign in to: what is there, and how the first account of it is made."""


def pages(parts: Sequence[Part]) -> str:
    """Where people sign in, and how the operator lets them."""
    found = [
        f"  {part.address}/  {what}\n      ./onewindow officer add ACCOUNT --name NAME {how}"
        for service, (what, how) in PAGES.items()
        for part in parts
        if part.name in (service, f"{service}-1")
    ]
    return "\n".join(["Pages in the browser, and how somebody may sign in there:", *found])


def table(parts: Sequence[Part]) -> str:
    """One line a part: name, state, process id and address."""
    lines = [f"{'PART':<16}{'STATE':<26}{'PROCESS':>8}  ADDRESS"]
    lines += [
        f"{part.name:<16}{part.state:<26}{part.process.pid:>8}  {part.address}" for part in parts
    ]
    return "\n".join(lines)
