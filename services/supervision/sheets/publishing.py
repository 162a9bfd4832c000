"""Published sheets: the figures of a period as they were told, for ever.

A later correction is a further version with its reason; what was told before stays, and with it the
tasks, cards and ratings that it was counted from (see `kept`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from services.supervision.sheets.counting import by_month_of_each
from services.supervision.sheets.kept import keep
from services.supervision.sheets.report import Line, Report, plain
from services.supervision.sheets.rules import Mark, Rules, Score
from services.supervision.sheets.scope import Scope
from services.supervision.sheets.sheet import Sheet, Value
from services.supervision.sheets.tables import sheets
from shared.errors import Fault, Invalid
from shared.jsontext import text_of
from shared.messages.parts import Text
from shared.rows import insert


def publish(
    tx: sa.Connection, told: Report, scope: Scope, rules: Rules, *, by: str, reason: str
) -> Report:
    """Keep a report of a scope as the next version of its period and region, and with it what was
    counted: in the transaction that counted it, which is to be of one picture.

    Raises Invalid: the first version needs no reason, each further one does."""
    before = versions(tx, told.period, told.region)
    if not by.strip():
        raise Invalid(Fault("by", "is missing: name who publishes the sheets"))
    if before and not reason.strip():
        problem = f"is missing: {told.period} is published already; say what is corrected"
        raise Invalid(Fault("reason", problem))
    done = replace(
        told,
        version=len(before) + 1,
        by=by.strip(),
        reason=reason.strip(),
        months={
            own: {month.name: (on_time, late) for month, on_time, late in found}
            for own, found in by_month_of_each(tx, scope).items()
        },
        listed=True,
    )
    row = {
        "period": done.period,
        "region": done.region,
        "version": done.version,
        "published_at": done.at,
        "by": done.by,
        "reason": done.reason,
        "rules": rules.text,
        "body": text_of(plain(done)),
        "listed": True,
    }
    insert(tx, sheets, [row])
    keep(tx, scope, done.version)
    return done


def versions(tx: sa.Connection, period: str, region: str) -> Sequence[Any]:
    """The published versions of a period and region, oldest first."""
    names = ("version", "published_at", "by", "reason")
    chosen = sa.select(*(sheets.c[name] for name in names)).where(
        sheets.c.period == period, sheets.c.region == region
    )
    return tx.execute(chosen.order_by(sheets.c.version)).all()


def published(tx: sa.Connection, period: str, region: str, version: int) -> Report | None:
    """A report as it was published; None where there is no such version."""
    chosen = sa.select(sheets.c.body, sheets.c.listed).where(
        sheets.c.period == period, sheets.c.region == region, sheets.c.version == version
    )
    row = tx.execute(chosen).one_or_none()
    return _report(orjson.loads(row.body), listed=row.listed) if row else None


def _report(kept: dict[str, Any], *, listed: bool) -> Report:
    return Report(
        period=kept["period"],
        region=kept["region"],
        rules=kept["rules"],
        at=datetime.fromisoformat(kept["at"]),
        lines=tuple(_line(it) for it in kept["departments"]),
        version=kept["version"],
        by=kept["by"],
        reason=kept["reason"],
        months={
            own: {month: (on_time, late) for month, (on_time, late) in found.items()}
            for own, found in kept.get("months", {}).items()
        },
        listed=listed,
    )


def _line(kept: dict[str, Any]) -> Line:
    sheet = Sheet(
        department=kept["department"],
        values={key: Value(**it) for key, it in kept["figures"].items()},
        distribution={key: Value(**it) for key, it in kept["distribution"].items()},
    )
    marks = tuple(Mark(**it) for it in kept["marks"])
    grade = Text(**kept["grade"]) if kept["grade"] else None
    return Line(sheet=sheet, score=Score(score=kept["score"], marks=marks, grade=grade))
