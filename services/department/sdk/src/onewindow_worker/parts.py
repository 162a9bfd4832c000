"""What tasks and results are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onewindow_worker.fetching import TIMEOUT, pieces, put
from onewindow_worker.fields import Fields


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Limit:
    """An amount of time in `unit`: working_days, working_hours or calendar_days."""

    amount: int
    unit: str
    source: str


@dataclass(frozen=True)
class Person:
    """The applicant: `kind` is person (number by GB 11643) or organisation (GB 32100)."""

    kind: str
    name: str
    number: str


@dataclass(frozen=True)
class Material:
    """A document by reference: `digest` is `sha256:` and 64 hexadecimal digits, `size` in bytes.

    `link` is where a task's material is read from, until the link expires; empty where the office
    gives none. Whoever has it can read: it is not part of what is shown or compared.
    """

    name: str
    digest: str
    media_type: str
    size: int
    file_name: str = ""
    link: str = field(default="", repr=False, compare=False)

    def read(self, *, timeout: float = TIMEOUT) -> bytes:
        """The content, all of it in memory; raises NotFetched. `timeout` in seconds for all."""
        return b"".join(pieces(self, timeout))

    def fetch(self, to: str | Path, *, timeout: float = TIMEOUT) -> Path:
        """Put the content into a file, which is there whole or not at all; raises NotFetched, and
        OSError where the file cannot be written."""
        return put(self, Path(to), timeout)


@dataclass(frozen=True)
class Opinion:
    """What an earlier task of the same case came to, where this task may see it."""

    task: str
    department: str
    outcome: str
    opinion: str
    results: dict[str, Any]


@dataclass(frozen=True)
class ToFetch:
    """A material that a department of the system has issued: it is fetched there, not asked for."""

    name: str
    title: Text
    department: str


@dataclass(frozen=True)
class Shortcoming:
    """One thing that is missing or wrong: a form field or a material, and what is the matter."""

    subject: str
    problem: str


def read_text(fields: Fields) -> Text:
    """From JSON."""
    return Text(zh=fields.text("zh"), en=fields.text("en"))


def read_limit(fields: Fields) -> Limit:
    """From JSON."""
    return Limit(
        amount=fields.whole("amount"),
        unit=fields.text("unit", "working_days"),
        source=fields.text("source", ""),
    )


def read_person(fields: Fields) -> Person:
    """From JSON."""
    return Person(kind=fields.text("kind"), name=fields.text("name"), number=fields.text("number"))


def read_material(fields: Fields) -> Material:
    """From JSON."""
    return Material(
        name=fields.text("name"),
        digest=fields.text("digest"),
        media_type=fields.text("media_type"),
        size=fields.whole("size"),
        file_name=fields.text("file_name", ""),
        link=fields.text("link", ""),
    )


def read_to_fetch(fields: Fields) -> ToFetch:
    """From JSON."""
    return ToFetch(
        name=fields.text("name"),
        title=fields.part("title", read_text),
        department=fields.text("department"),
    )


def read_opinion(fields: Fields) -> Opinion:
    """From JSON."""
    return Opinion(
        task=fields.text("task"),
        department=fields.text("department"),
        outcome=fields.text("outcome"),
        opinion=fields.text("opinion"),
        results=fields.object("results"),
    )
