"""A stack's parts as a table for people."""

from collections.abc import Sequence

from deploy.local.state import Part


def addresses(parts: Sequence[Part]) -> str:
    """One line a part: name and address."""
    return "\n".join(f"  {part.name:<16}{part.address}" for part in parts)


def table(parts: Sequence[Part]) -> str:
    """One line a part: name, state, process id and address."""
    lines = [f"{'PART':<16}{'STATE':<26}{'PROCESS':>8}  ADDRESS"]
    lines += [
        f"{part.name:<16}{part.state:<26}{part.process.pid:>8}  {part.address}" for part in parts
    ]
    return "\n".join(lines)
