"""Supervision's tables.

cases       what the stream has told, all clocks of the case (see `packing`), the moment of the next
            rung of any of them, and where the trace of the case ends
held        steps that came early, until the gap before them is closed
trace       every entry of every case
alerts      what was alerted; the key makes each rung of each clock fire once. `acknowledge_by` is
            set while somebody must still acknowledge it, `appealed_at` while an appeal waits
acts        what people did about an alert, in order
deliveries  what is still to be told, by channel
tides       how far each process that lags behind has read the stream
checkpoints what was signed of all traces, a day at a time
anchors     the heads of traces that a checkpoint has signed
published   the versions of regions' calendars by which all clocks were counted

Titles and clocks are JSON as text, not as a JSON type: the database never looks into them.
"""

import sqlalchemy as sa

from shared.database import Moment

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("item_version", sa.Integer(), nullable=False),
    sa.Column("region", sa.String(300), nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("lead", sa.String(64), nullable=False),
    sa.Column("opened_at", Moment()),
    sa.Column("closed_at", Moment()),
    sa.Column("stops", sa.Text(), nullable=False),
    sa.Column("entries", sa.Integer(), nullable=False),
    sa.Column("head", sa.String(64), nullable=False),
    sa.Column("clocks", sa.Text(), nullable=False),
    sa.Column("next_at", Moment()),
    sa.Column("provisional", sa.Boolean(), nullable=False),
    sa.Column("beside", sa.Text(), nullable=False, server_default="{}"),
)

sa.Index(
    "cases_coming",
    cases.c.next_at,
    cases.c.code,
    sqlite_where=cases.c.next_at.is_not(None),
    postgresql_where=cases.c.next_at.is_not(None),
)
sa.Index(
    "cases_provisional",
    cases.c.code,
    sqlite_where=cases.c.provisional,
    postgresql_where=cases.c.provisional,
)
sa.Index(
    "cases_open",
    cases.c.code,
    sqlite_where=cases.c.closed_at.is_(None),
    postgresql_where=cases.c.closed_at.is_(None),
)

held = sa.Table(
    "held",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
)

trace = sa.Table(
    "trace",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer(), primary_key=True),
    sa.Column("source", sa.String(300), nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(420), primary_key=True),
    sa.Column("rung", sa.String(20), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("case_code", sa.String(300), nullable=False),
    sa.Column("department", sa.String(300), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("acknowledge_by", Moment()),
    sa.Column("acknowledged_at", Moment()),
    sa.Column("appealed_at", Moment()),
    sa.Column("withdrawn_at", Moment()),
)
sa.Index("alerts_by_time", alerts.c.at)
sa.Index("alerts_of_case", alerts.c.case_code)
sa.Index(
    "alerts_awaited",
    alerts.c.acknowledge_by,
    alerts.c.case_code,
    sqlite_where=alerts.c.acknowledge_by.is_not(None),
    postgresql_where=alerts.c.acknowledge_by.is_not(None),
)

acts = sa.Table(
    "acts",
    metadata,
    sa.Column("alert", sa.String(420), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("alert", sa.String(420), primary_key=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_at", Moment(), nullable=False),
)
sa.Index("deliveries_coming", deliveries.c.channel, deliveries.c.next_at)

tides = sa.Table(
    "tides",
    metadata,
    sa.Column("process", sa.String(36), primary_key=True),
    sa.Column("read_to", Moment(), nullable=False),
    sa.Column("seen_at", Moment(), nullable=False),
)

published = sa.Table(
    "published",
    metadata,
    sa.Column("region", sa.String(10), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("counted_at", Moment(), nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("leaves", sa.Integer(), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
)

anchors = sa.Table(
    "anchors",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("entries", sa.Integer(), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("checkpoint", sa.Integer(), nullable=False),
    sa.Column("place", sa.Integer(), nullable=False),
)
sa.Index("anchors_of_checkpoint", anchors.c.checkpoint, anchors.c.place)
