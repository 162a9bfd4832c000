"""The report of a scope, counted or as it was published: one way for pages, files and commands."""

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from services.supervision.sheets.counting import sheets
from services.supervision.sheets.files import Rows, csv_of, xlsx_of
from services.supervision.sheets.report import Report, report, table
from services.supervision.sheets.rules import Rules
from services.supervision.sheets.scope import Scope
from shared.errors import NotFound
from shared.messages.parts import Text

TITLE = Text(zh="效能考核表", en="Performance sheet")
SAYS = {
    "zh": "统计期：{period}；地区：{region}；考核规则：{rules}；统计时间：{at}",
    "en": "Period {period}; region {region}; rules {rules}; counted {at}",
}
PUBLISHED = {
    "zh": "第 {version} 版，由 {by} 发布。{reason}",
    "en": "Version {version}, published by {by}. {reason}",
}
EVERYWHERE = Text(zh="全部", en="all")


def count(tx: sa.Connection, scope: Scope, rules: Rules, now: datetime) -> Report:
    """The report of a scope as facts stand now."""
    return report(sheets(tx, scope), rules, period=scope.period.name, region=scope.region, at=now)


def notes(told: Report, language: str) -> list[str]:
    """What a file says about its figures."""
    said = {**vars(told), "at": f"{told.at:%Y-%m-%d %H:%M}"}
    said["region"] = told.region or getattr(EVERYWHERE, language)
    lines = [SAYS[language].format(**said)]
    return [*lines, PUBLISHED[language].format(**said).strip()] if told.version else lines


def load(kind: str) -> None:
    """Load what writes such files. To be called before `file_of` is called in a thread beside the
    hub: a module may not be loaded first there."""
    if kind == "pdf":
        _pdf_of()


def _pdf_of() -> Callable[[str, Rows, Sequence[str]], bytes]:
    from services.supervision.sheets.pdf import pdf_of  # noqa: PLC0415 - see its docstring

    return pdf_of


def file_of(told: Report, kind: str, language: str, name: Callable[[str], str]) -> bytes:
    """A report as `csv`, `xlsx` or `pdf`. Raises NotFound for another kind."""
    rows = table(told, language, name)
    title = f"{getattr(TITLE, language)} {told.period}"
    match kind:
        case "csv":
            return csv_of(rows)
        case "xlsx":
            return xlsx_of(rows, [title, *notes(told, language)])
        case "pdf":
            return _pdf_of()(title, rows, notes(told, language))
    raise NotFound(f"there are no {kind[:20]!r} files; ask for csv, xlsx or pdf")
