"""Cases with their clocks, and trace entries, as rows, and back."""

import json
from typing import Any

import sqlalchemy as sa

from services.supervision.beside import notes_of_text, text_of_notes
from services.supervision.domain import Case
from services.supervision.packing import Packed, pack, text_of_title, title_of_text
from services.supervision.trace import Entry, Head
from shared.jsontext import text_of

Row = dict[str, Any]


def row_of_case(case: Case) -> Row:
    packing = pack(case.clocks, case.changed)
    return {
        "code": case.code,
        "item": case.item,
        "item_version": case.item_version,
        "region": case.region,
        "state": case.state,
        "number": case.number,
        "title": text_of_title(case.title),
        "lead": case.lead,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "stops": text_of(sorted(case.stops)),
        "entries": case.head.count,
        "head": case.head.hash,
        "clocks": packing.text,
        "next_at": packing.next_at,
        "provisional": packing.provisional,
        "beside": text_of_notes(case.beside),
    }


def case_of_row(row: sa.Row[Any]) -> Case:
    return Case(
        code=row.code,
        item=row.item,
        item_version=row.item_version,
        region=row.region,
        state=row.state,
        number=row.number,
        title=title_of_text(row.title),
        lead=row.lead,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        stops=frozenset(json.loads(row.stops)),
        beside=notes_of_text(row.beside),
        head=Head(count=row.entries, hash=row.head),
        clocks=Packed(row.code, row.clocks),
    )


def row_of_entry(entry: Entry) -> Row:
    return {
        "case_code": entry.case,
        "position": entry.position,
        "source": entry.source,
        "type": entry.type,
        "at": entry.at,
        "body": entry.body,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def entry_of_row(row: sa.Row[Any]) -> Entry:
    return Entry(
        case=row.case_code,
        position=row.position,
        source=row.source,
        type=row.type,
        at=row.at,
        body=row.body,
        previous=row.previous,
        hash=row.hash,
    )
