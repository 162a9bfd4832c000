"""Export cases as an event log, for process mining elsewhere: IEEE XES or OCEL 2.0.

No applicant, form field, opinion or reason leaves with it: codes, tasks, departments, times and
outcomes do. Without a date open cases are in it as well.
"""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.cli.console import say
from deploy.cli.reading import progress_over
from deploy.cli.wholefile import whole
from deploy.local.databases import database_of
from services.supervision.exports import as_ocel, as_sqlite, as_xes, reading
from services.supervision.exports.told import Told
from shared.businesstime import CHINA
from shared.errors import Fault, Invalid

Format = Literal["xes", "ocel"]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]
SQLITE = (".sqlite", ".db")

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def _several() -> None:
    """Further commands may follow."""


@app.command()
def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE[.gz]", help="Also OCEL as FILE.sqlite.", dir_okay=False)
    ],
    *,
    format: Annotated[Format, typer.Option(help="xes or ocel.")],
    item: Annotated[str, typer.Option(help="Only cases of this item.")] = "",
    since: Day = None,
    until: Day = None,
    officers: Annotated[
        bool, typer.Option("--officers", help="With the names of officers (XES).")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    """Write the log into a file, by the days on which cases were closed."""
    wanted = reading.Wanted(
        item=item,
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
    with (
        database_of("supervision", os.environ, data) as database,
        database.reading() as tx,
        progress_over(reading.count(tx, wanted, CHINA), f"Writing {file.name}") as advance,
    ):
        cases = _Counted(cases=reading.read(tx, wanted, CHINA), advance=advance)
        if file.suffix in SQLITE:
            _sqlite(file, cases, format)
        elif format == "xes":
            lines = as_xes.written(cases, officers=officers)
            _text(file, (f"{line}\n" for line in lines))
        else:
            _text(file, as_ocel.written(cases))
    say(f"Written to {file}: {cases.count:,} cases.")


@dataclass(kw_only=True)
class _Counted:
    """Cases as they are read, counted; every hundredth tells how many there have been."""

    cases: Iterable[Told]
    advance: Callable[[int], None]
    count: int = 0

    def __iter__(self) -> Iterator[Told]:
        for it in self.cases:
            yield it
            self.count += 1
            if self.count % 100 == 0:
                self.advance(self.count)
        self.advance(self.count)


def _sqlite(file: Path, cases: Iterable[Told], format: Format) -> None:
    if format != "ocel":
        raise Invalid(Fault("FILE", f"{file} is one of SQLite, which only OCEL has a form for"))
    with whole(file) as part:
        as_sqlite.write(part, cases)


def _text(file: Path, parts: Iterable[str]) -> None:
    """Write a text in UTF-8, packed where the name says so."""
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with (
            whole(file) as part,
            opened(part, "wt", encoding="utf-8", errors="replace") as writing,
        ):
            writing.writelines(parts)
    except OSError as error:
        raise Invalid(Fault("FILE", f"{file} cannot be written: {error.strerror}")) from error
