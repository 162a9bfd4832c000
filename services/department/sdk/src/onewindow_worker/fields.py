"""Reading the fields of a JSON object one by one, with the full name of the field in each error."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, TypeVar

from onewindow_worker.errors import Unreadable

T = TypeVar("T")


class Fields:
    """An object of a message's body. `path` is where it stands, for the error."""

    def __init__(self, plain: Any, path: str = "") -> None:
        if not isinstance(plain, dict):
            raise Unreadable(f"{path or 'the body'}: is not an object")
        self._plain = plain
        self._path = path

    def text(self, name: str, default: str | None = None) -> str:
        """A string; missing is an error unless there is a default."""
        value = self._plain.get(name, default)
        if not isinstance(value, str):
            raise Unreadable(f"{self._name(name)}: {self._fault(name)} a text")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                problem = f"{self._name(name)}: holds half a character (a lone surrogate)"
                raise Unreadable(problem) from None
        return value

    def whole(self, name: str) -> int:
        """An integer."""
        value = self._plain.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable(f"{self._name(name)}: {self._fault(name)} a whole number")
        return value

    def moment(self, name: str) -> datetime:
        """An instant, ISO 8601 with its offset."""
        text = self.text(name)
        try:
            # Python before 3.11 does not read the letter Z
            moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise Unreadable(f"{self._name(name)}: is not a time with its offset from UTC")
        return moment

    def object(self, name: str) -> dict[str, Any]:
        """A JSON object, as it is."""
        value = self._plain.get(name)
        if not isinstance(value, dict):
            raise Unreadable(f"{self._name(name)}: {self._fault(name)} an object")
        return value

    def part(self, name: str, read: Callable[[Fields], T]) -> T:
        """An object that `read` knows."""
        return read(Fields(self._plain.get(name), self._name(name)))

    def maybe(self, name: str, read: Callable[[Fields], T]) -> T | None:
        """An object that `read` knows, or None where it is missing or null."""
        return None if self._plain.get(name) is None else self.part(name, read)

    def each(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """The elements of an array of objects; empty where it is missing."""
        values = self._plain.get(name, [])
        if not isinstance(values, list):
            raise Unreadable(f"{self._name(name)}: is not an array")
        return tuple(
            read(Fields(value, f"{self._name(name)}[{index}]"))
            for index, value in enumerate(values)
        )

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _fault(self, name: str) -> str:
        return "is not" if name in self._plain else "is missing; it should be"
