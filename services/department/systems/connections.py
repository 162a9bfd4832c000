"""How each department's system is reached: connections.yaml, read and checked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from services.department.schemas import TaskShown
from services.department.systems.checking import read_yaml
from services.department.systems.declared import mapping_from
from services.department.systems.keys import Keyring
from services.department.systems.mapping import FieldMapping
from services.department.systems.taking import ACTS, NOTHING, PLACES
from shared.errors import Fault, Invalid
from shared.messages.results import Outcome

ASSIGNMENT = "{assignment}"
WAYS = ("http", "pull", "folder")
LOCAL = ("127.0.0.1", "::1", "localhost")
OURS = frozenset({"delivery", "kind", *TaskShown().fields})
"""What of a task a mapping may name."""


@dataclass(frozen=True, kw_only=True)
class Poll:
    """Where results are asked for; `url` with {assignment} is asked for each open task."""

    url: str
    list: str = ""
    every: float = 60.0

    @property
    def of_each(self) -> bool:
        return ASSIGNMENT in self.url


@dataclass(frozen=True, kw_only=True)
class Http:
    """Tasks go to `url`; no mapping means our own names. Times in seconds."""

    url: str
    keys: Keyring
    fields: FieldMapping | None = None
    results: FieldMapping | None = None
    poll: Poll | None = None
    ca: str = ""
    timeout: float = 10.0
    window: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Pull:
    """The department fetches; a lease in seconds."""

    lease: float = 600.0


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Files go into `tasks` and are taken from `results`. Times in seconds."""

    tasks: Path
    results: Path
    format: str = "csv"
    tasks_encoding: str = "utf-8"
    results_encoding: str = "utf-8"
    fields: FieldMapping | None = None
    result_fields: FieldMapping | None = None
    every: float = 10.0
    settle: float = 5.0


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One department's system. `accepts`: having a task is accepting it."""

    department: str
    officer: str
    accepts: bool
    way: Http | Pull | Folder

    @property
    def results(self) -> FieldMapping | None:
        """How its results are read; None where it uses our names."""
        if isinstance(self.way, Folder):
            return self.way.result_fields
        return self.way.results if isinstance(self.way, Http) else None


@dataclass(frozen=True)
class Connections(Mapping[str, Connection]):
    """The connections by department."""

    by_department: Mapping[str, Connection] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Connection:
        return self.by_department[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_department)

    def __len__(self) -> int:
        return len(self.by_department)


def read_connections(path: Path | None) -> Connections:
    """Read connections.yaml, or nothing where there is none; raises Invalid naming every field."""
    if path is None:
        return Connections()
    declared = read_yaml(path)["departments"]
    faults: list[Fault] = []
    found = {}
    for department, plain in declared.items():
        reading = _Reading(f"departments.{department}", path.parent)
        connection = reading.connection(department, plain)
        faults += reading.faults
        if connection is not None:
            found[department] = connection
    if faults:
        raise Invalid(*faults)
    return Connections(found)


class _Reading:
    """Collects the faults of one department's connection while its parts are read."""

    def __init__(self, path: str, beside: Path) -> None:
        self.faults: list[Fault] = []
        self._path = path
        self._beside = beside

    def connection(self, department: str, plain: Mapping[str, Any]) -> Connection | None:
        ways = [way for way in WAYS if way in plain]
        if len(ways) != 1:
            self._fault("", f"must have one of {', '.join(WAYS)}")
            return None
        way: Callable[[Mapping[str, Any]], Any] = getattr(self, f"_{ways[0]}")
        made = way(plain[ways[0]])
        return (
            None
            if self.faults
            else Connection(
                department=department,
                officer=plain.get("officer", department),
                accepts=plain.get("accept") == "delivered",
                way=made,
            )
        )

    def _http(self, plain: Mapping[str, Any]) -> Http:
        results = plain.get("results", {})
        poll = self._poll(results["poll"], plain) if "poll" in results else None
        self._url(plain["tasks"]["url"], "http.tasks.url", plain)
        return Http(
            url=plain["tasks"]["url"],
            keys=self._keys(plain["secrets"]),
            fields=self._fields(plain["tasks"], "http.tasks.fields"),
            results=self._results(results, "http", asked=poll is not None and poll.of_each),
            poll=poll,
            ca=self._file(plain.get("ca", ""), "http.ca"),
            timeout=plain.get("timeout_seconds", 10.0),
            window=plain.get("window_seconds", 300.0),
        )

    def _pull(self, plain: Mapping[str, Any]) -> Pull:
        return Pull(lease=60 * plain.get("lease_minutes", 10))

    def _folder(self, plain: Mapping[str, Any]) -> Folder:
        tasks, results = plain["tasks"], plain["results"]
        out, back = (self._beside / part["folder"] for part in (tasks, results))
        if out == back:
            self._fault("folder.results.folder", "must be another folder than that of the tasks")
        return Folder(
            tasks=out,
            results=back,
            format=tasks.get("format", "csv"),
            tasks_encoding=tasks.get("encoding", "utf-8"),
            results_encoding=results.get("encoding", "utf-8"),
            fields=self._fields(tasks, "folder.tasks.fields"),
            result_fields=self._results(results, "folder", asked=False),
            every=plain.get("every_seconds", 10.0),
            settle=plain.get("settle_seconds", 5.0),
        )

    def _poll(self, plain: Mapping[str, Any], http: Mapping[str, Any]) -> Poll:
        self._url(plain["url"].replace(ASSIGNMENT, "a"), "http.results.poll.url", http)
        if ASSIGNMENT in plain["url"] and "list" in plain:
            self._fault("http.results.poll.list", f"does not go together with {ASSIGNMENT}")
        return Poll(
            url=plain["url"], list=plain.get("list", ""), every=plain.get("every_seconds", 60.0)
        )

    def _fields(self, plain: Mapping[str, Any], path: str) -> FieldMapping | None:
        if "fields" not in plain:
            return None
        return self._mapping(plain["fields"], path, sources=OURS)

    def _results(self, plain: Mapping[str, Any], way: str, *, asked: bool) -> FieldMapping | None:
        path = f"{way}.results.fields"
        if "fields" not in plain:
            return None
        mapping = self._mapping(plain["fields"], path, places=PLACES)
        rules = mapping.rules if mapping else {}
        for name in ("act",) if asked else ("act", "assignment"):
            if name not in plain["fields"]:
                self._fault(f"{path}.{name}", "is missing")
        for name, known in (("act", (*ACTS, NOTHING)), ("outcome", get_args(Outcome))):
            rule = rules.get(name)
            if rule:
                made = [rule.constant] if not rule.source else (rule.table or {}).values()
                self._known(made, f"{path}.{name}", known)
        return mapping

    def _known(self, made: Iterable[Any], path: str, known: tuple[str, ...]) -> None:
        for value in made:
            if value not in known:
                self._fault(path, f"{value!r} is none of {', '.join(known)}")

    def _mapping(self, plain: Mapping[str, Any], path: str, **names: Any) -> FieldMapping | None:
        try:
            return mapping_from(plain, f"{self._path}.{path}", **names)
        except Invalid as error:
            self.faults += error.faults
            return None

    def _url(self, url: str, path: str, http: Mapping[str, Any]) -> None:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError as error:
            self._fault(path, f"is not an address: {error}")
            return
        if not host or "@" in parts.netloc or parts.fragment or set("{}<>\\ ") & set(url):
            self._fault(path, "must be https://HOST/PATH without a user, braces or #")
        elif parts.scheme == "http" and host not in LOCAL and not http.get("plain"):
            self._fault(path, "must begin with https://, or say plain: true beside it")

    def _keys(self, plain: Mapping[str, Any]) -> Keyring:
        if len(plain) != 1:
            self._fault("http.secrets", "must have one of file, env")
        ring = Keyring(
            file=self._beside / plain["file"] if "file" in plain else None,
            variable=plain.get("env", ""),
        )
        try:
            ring.keys()
        except Invalid as error:
            for fault in error.faults:
                self._fault(f"http.secrets.{fault.field}", fault.problem)
        return ring

    def _file(self, name: str, path: str) -> str:
        if name and not (self._beside / name).is_file():
            self._fault(path, f"{self._beside / name} is not there")
        return str(self._beside / name) if name else ""

    def _fault(self, path: str, problem: str) -> None:
        self.faults.append(Fault(f"{self._path}.{path}" if path else self._path, problem))
