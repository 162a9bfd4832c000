"""A store in memory, for tests of the handlers; the suite in tests/contract holds for it too."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.routing.case import Case
from services.routing.store import Moved, Version


class MemoryStore:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.kept: dict[tuple[str, int], Version] = {}
        self.refused: set[str] = set()

    def load(self, codes: Iterable[str]) -> dict[str, Case]:
        return {code: self.cases[code] for code in codes if code in self.cases}

    def save(self, moved: Sequence[Moved], now: datetime) -> None:
        self.cases.update({it.after.code: it.after for it in moved})

    def versions(self) -> dict[tuple[str, int], str]:
        return {key: version.digest for key, version in self.kept.items()}

    def document(self, item: str, version: int) -> str | None:
        found = self.kept.get((item, version))
        return found.document if found else None

    def publish(self, versions: Sequence[Version]) -> None:
        for version in versions:
            self.kept.setdefault((version.item, version.version), version)

    def refuse(self, prints: Sequence[str], now: datetime) -> set[str]:
        new = set(prints) - self.refused
        self.refused |= new
        return new
