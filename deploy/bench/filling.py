"""Fills the databases of a site with cases that look as if they had gone through it.

A few cases really go through; then the server copies their rows, in every table of every service,
under other codes. So each table has the rows that it would have, of the size that they would have,
and the indexes have grown with them, also that of the inbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.bench.site import Site

NEW_CODE = "'330100-2412-' || lpad((m.n + %(models)s * g)::text, 7, '0') || '-00'"
"""Of a copy: in a month of which nobody issues codes. `g` counts the copies of a model."""

MODELS = """
CREATE TEMP TABLE m AS
SELECT code, row_number() OVER (ORDER BY code) - 1 AS n FROM routing.cases
"""
UNIQUE_KEY = "encode(sha256((old.key || g)::bytea), 'hex')"


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A table whose rows belong to cases: the column with the code, and what else is not copied."""

    table: str
    code: str
    other: Mapping[str, str] = field(default_factory=dict)


CASES = Copied(table="supervision.cases", code="code")
TABLES = (
    Copied(table="intake.cases", code="code", other={"key": UNIQUE_KEY}),
    Copied(table="intake.tracks", code="case_code"),
    Copied(table="routing.cases", code="code"),
    Copied(table="routing.applications", code="code"),
    CASES,
    Copied(table="supervision.trace", code="case_code"),
)
READ = {
    "intake": ("routing",) * 3,
    "routing": ("intake", *(f"department.bureau-{it}" for it in range(1, 9))),
    "supervision": ("routing",) * 3,
}
"""Of whom each service has read messages about a case."""


def fill(site: Site, count: int) -> None:
    """Have about `count` cases stored, as copies of those that have gone through."""
    site.ask(MODELS)
    models = site.ask("SELECT count(*) FROM m")[0][0]
    copies = max(0, round(count / models) - 1)
    for copied in TABLES:
        copy(site, copied, models=models, copies=copies)
    for service, senders in READ.items():
        for sender in senders:
            _remember(site, service, sender, models * copies)
    tidy(site)


def copy(site: Site, copied: Copied, *, models: int, copies: int) -> None:
    """Copy what a table has about the cases in `m`, `copies` times."""
    schema, name = copied.table.split(".")
    columns = [
        row[0]
        for row in site.ask(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            (schema, name),
        )
    ]
    new = {copied.code: NEW_CODE, **copied.other}
    chosen = ", ".join(new.get(it, f'old."{it}"') for it in columns)
    into = ", ".join(f'"{it}"' for it in columns)
    site.ask(
        f"INSERT INTO {copied.table} ({into}) SELECT {chosen}"  # noqa: S608 - our own names
        f" FROM generate_series(1, %(copies)s) g, m JOIN {copied.table} old"
        f' ON old."{copied.code}" = m.code',
        {"models": models, "copies": copies},
    )


def tidy(site: Site) -> None:
    """What autovacuum and the checkpointer would do some time during the run, done before it."""
    site.ask("DROP TABLE m")
    site.ask("VACUUM ANALYZE")
    site.ask("CHECKPOINT")


def _remember(site: Site, service: str, sender: str, count: int) -> None:
    """Ids of messages: those of services grow with time, those of departments' workers do not."""
    growing = "lpad(to_hex(g), 8, '0') || substr(gen_random_uuid()::text, 9)"
    made = growing if "." not in sender else "gen_random_uuid()::text"
    site.ask(
        f"INSERT INTO {service}.inbox (id, read_at)"  # noqa: S608 - our own names
        f" SELECT %s || ':' || {made}, 1790000000 + g FROM generate_series(1, %s) g",
        (sender, count),
    )
