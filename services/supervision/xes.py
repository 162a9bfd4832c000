"""Reading an IEEE XES event log (IEEE 1849-2016), trace by trace, however long it is.

A log comes from outside: a document type or an entity in it is refused (entities expand without
bound), and nothing but the standard library's parser touches it.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from xml.parsers import expat
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid

CHUNK = 1 << 16
ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id"}


class UnreadableLog(Invalid):
    """The file is not an XES event log, or not one that may be read."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(Fault("file", f"{path}: {problem}"))


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One case of a log: its own attributes, and those of each event, as they stand in the file."""

    attributes: dict[str, str]
    events: tuple[dict[str, str], ...]


def read(path: Path, progress: Callable[[int], None] = lambda _bytes: None) -> Iterator[Trace]:
    """The traces of a log (.xes or .xes.gz), one at a time.

    `progress` is told how many bytes of the file have been read. Raises UnreadableLog.
    """
    try:
        with path.open("rb") as raw:
            yield from _traces(path, raw, progress)
    except OSError as error:
        raise UnreadableLog(path, f"cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableLog(path, "the compressed file ends too early or is damaged") from error


def moment(text: str, zone: ZoneInfo) -> datetime:
    """An XES date; one without an offset is taken as a time in `zone`. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at if at.utcoffset() is not None else at.replace(tzinfo=zone)


def _traces(path: Path, raw: IO[bytes], progress: Callable[[int], None]) -> Iterator[Trace]:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    source: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if packed else raw
    document = _Document(path)
    while chunk := source.read(CHUNK):
        yield from document.feed(chunk)
        progress(raw.tell())
    yield from document.feed(b"", last=True)
    progress(raw.tell())


class _Document:
    """Follows the document: only the attributes right below a trace or an event are of interest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[str] = []
        self._trace: dict[str, str] = {}
        self._events: list[dict[str, str]] = []
        self._ready: list[Trace] = []
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, chunk: bytes, *, last: bool = False) -> list[Trace]:
        """The traces that `chunk` completes."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise UnreadableLog(self._path, f"is not XML: {error}") from error
        ready, self._ready = self._ready, []
        return ready

    def _refuse(self, *_declaration: object) -> None:
        raise UnreadableLog(self._path, "declares a document type, which an event log never needs")

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition("|")[2]
        if not self._open and tag != "log":
            raise UnreadableLog(self._path, f"begins with <{tag}>; an event log begins with <log>")
        if tag in ATTRIBUTES and "key" in given:
            self._attribute(given["key"], given.get("value", ""))
        elif tag == "event":
            self._events.append({})
        self._open.append(tag)

    def _attribute(self, key: str, value: str) -> None:
        if self._open == ["log", "trace"]:
            self._trace[key] = value
        elif self._open == ["log", "trace", "event"]:
            self._events[-1][key] = value

    def _end(self, _name: str) -> None:
        if self._open == ["log", "trace"]:
            self._ready.append(Trace(attributes=self._trace, events=tuple(self._events)))
            self._trace, self._events = {}, []
        self._open.pop()
