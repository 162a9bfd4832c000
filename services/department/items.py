"""What the desk knows of the service items: the titles of fields and materials, what a task states.

Routing publishes them; a task says by which version of its item it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from services.department.store import metadata
from shared.database import Document, upsert
from shared.messages import ItemPublished
from shared.messages.codec import to_plain

items = sa.Table(
    "items",
    metadata,
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("document", Document, nullable=False),
)
KEPT = ("form", "materials", "tasks", "procedures", "issues")
"""What of a published item is needed at the desk."""

Plain = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TaskRules:
    """What the item says of one task, as far as the desk needs it; empty where nothing is known.

    `form` and `materials` are by name, `results` what the department states, `procedures` those
    that may stop the clock, `issues` the documents that an approval brings forth.
    """

    form: Mapping[str, Plain] = field(default_factory=dict)
    materials: Mapping[str, Plain] = field(default_factory=dict)
    results: tuple[Plain, ...] = ()
    procedures: tuple[Plain, ...] = ()
    issues: tuple[Plain, ...] = ()


def keep(tx: sa.Connection, published: Sequence[ItemPublished]) -> None:
    """Keep versions of items as they are published, again and again."""
    rows = {(it.item, it.version): it for it in published}
    upsert(tx, items, [_row(it) for it in rows.values()])


def rules_of(tx: sa.Connection, item: str, version: int, task: str) -> TaskRules:
    """The rules of a task by a version of its item; by the newest where none is told (0)."""
    query = sa.select(items.c.document).where(items.c.item == item)
    if version:
        query = query.where(items.c.version == version)
    document = tx.execute(query.order_by(items.c.version.desc()).limit(1)).scalar()
    return TaskRules() if document is None else _rules(document, task)


def _rules(document: Plain, task: str) -> TaskRules:
    outline = _outline(document["tasks"], task)
    key = outline.get("key", task)
    allowed = outline.get("procedures", ())
    return TaskRules(
        form={it["name"]: it for it in document["form"]},
        materials={it["name"]: it for it in document["materials"]},
        results=tuple(outline.get("results", ())),
        procedures=tuple(it for it in document["procedures"] if it["key"] in allowed),
        issues=tuple(it for it in document["issues"] if it["task"] == key),
    )


def _outline(tasks: Sequence[Plain], task: str) -> Plain:
    """A task's outline, or that of the whole of which it is a part: `section-2`, `check-fire`."""
    known = {it["key"]: it for it in tasks}
    if task in known:
        return known[task]
    whole = [key for key in known if task.startswith(f"{key}-")]
    return known[max(whole, key=len)] if whole else {}


def _row(published: ItemPublished) -> dict[str, Any]:
    plain = to_plain(published)
    return {
        "item": published.item,
        "version": published.version,
        "document": {name: plain[name] for name in KEPT},
    }
