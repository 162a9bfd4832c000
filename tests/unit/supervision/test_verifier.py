"""The verifier that checks a trace elsewhere: what was written passes, nothing else does."""

import ast
import copy
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from services.supervision import record
from services.supervision.checkpoints import Anchor, Checkpoint, drawn_up, proof, time_of
from services.supervision.signing import FILE, Signer
from services.supervision.trace import Entry, Head, append
from services.supervision.verifier import verify_trace
from services.supervision.verifier.verify_trace import digest_of_entry, ed25519, main, verify
from shared.errors import Invalid
from tests.unit.supervision.steps import at

Export = dict[str, Any]
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
MINE, OTHER = "330100-2609-0000012-34", "330100-2609-0000013-31"
CODES = [MINE, OTHER, "330100-2609-0000014-28"]


class Office:
    """Traces of three cases, grown for some days, and signed each evening but the last."""

    def __init__(self, days: int = 3) -> None:
        self.entries: dict[str, list[Entry]] = {code: [] for code in CODES}
        self.heads = dict.fromkeys(CODES, Head())
        self.signed: list[tuple[Checkpoint, list[Anchor]]] = []
        for day in range(days):
            for code in CODES[: 3 - day % 2]:
                self.write(code, f"day {day}", day)
                self.write(code, "again", day)
            if day < days - 1:
                self.sign(day)

    def write(self, code: str, what: str, day: int) -> None:
        self.heads[code], entry = append(
            self.heads[code],
            case=code,
            source="routing",
            type="case.progressed",
            at=at("09-18 10:00") + timedelta(days=day, minutes=self.heads[code].count),
            message={"case": code, "what": what, "opinion": "同意"},
        )
        self.entries[code].append(entry)

    def sign(self, day: int) -> None:
        anchors = [Anchor(case=it, count=h.count, hash=h.hash) for it, h in self.heads.items()]
        last = self.signed[-1][0] if self.signed else None
        evening = at("09-18 23:00") + timedelta(days=day)
        self.signed.append((SIGNER.signed(drawn_up(last, anchors, evening)), anchors))

    def export(self, code: str) -> Export:
        place = CODES.index(code)
        return {
            "format": record.FORMAT,
            "case": code,
            "exported_at": "2026-09-30T10:00:00+08:00",
            "head": {"count": self.heads[code].count, "hash": self.heads[code].hash},
            "entries": [
                {name: getattr(it, name) for name in it.__dataclass_fields__}
                | {"at": time_of(it.at)}
                for it in self.entries[code]
            ],
            "anchors": [
                {
                    "count": anchors[place].count,
                    "hash": anchors[place].hash,
                    "proof": proof(anchors, place),
                    "checkpoint": record.plain(checkpoint),
                }
                for checkpoint, anchors in self.signed
            ],
        }

    def published(self) -> list[Export]:
        return [
            record.plain(checkpoint) | {"heads": [[it.case, it.count, it.hash] for it in anchors]}
            for checkpoint, anchors in self.signed
        ]


OFFICE = Office()
TRUE, FOREIGN, PUBLISHED = OFFICE.export(MINE), OFFICE.export(OTHER), OFFICE.published()
ANCHORED = TRUE["anchors"][-1]["count"]
FIELDS = ["case", "position", "at", "source", "type", "body", "previous", "hash"]


def test_what_was_written_passes():
    assert len(TRUE["entries"]) > ANCHORED
    assert verify(TRUE) == []
    assert verify(TRUE, SIGNER.key, PUBLISHED) == []
    assert verify(FOREIGN, SIGNER.key, PUBLISHED) == []


def rechained(export: Export) -> Export:
    """What somebody makes who may write to the database: every hash computed anew."""
    last = verify_trace.GENESIS
    for position, entry in enumerate(export["entries"], 1):
        entry |= {"position": position, "previous": last, "case": export["case"]}
        last = entry["hash"] = digest_of_entry(entry)
    export["head"] = {"count": len(export["entries"]), "hash": last}
    return export


places = st.integers(0, len(TRUE["entries"]) - 1)
anchored = st.integers(0, ANCHORED - 1)


@st.composite
def edited(draw: st.DrawFn) -> Export:
    export = copy.deepcopy(TRUE)
    entry, field = export["entries"][draw(places)], draw(st.sampled_from(FIELDS))
    if field == "position":
        entry[field] += draw(st.integers(1, 9))
    elif field == "at":
        entry[field] = entry[field].replace("T0", "T1", 1)
    else:
        cut = draw(st.integers(0, len(entry[field]) - 1))
        entry[field] = entry[field][:cut] + draw(st.sampled_from("#x0")) + entry[field][cut + 1 :]
    return export


@st.composite
def with_a_gap(draw: st.DrawFn) -> Export:
    export = copy.deepcopy(TRUE)
    del export["entries"][draw(places)]
    return export


@st.composite
def reordered(draw: st.DrawFn) -> Export:
    export = copy.deepcopy(TRUE)
    export["entries"] = draw(st.permutations(export["entries"]))
    return export


@st.composite
def repeated(draw: st.DrawFn) -> Export:
    export = copy.deepcopy(TRUE)
    export["entries"].insert(draw(places), export["entries"][draw(places)])
    return export


@st.composite
def truncated(draw: st.DrawFn) -> Export:
    export = copy.deepcopy(TRUE)
    del export["entries"][draw(places) :]
    return export


@st.composite
def swapped_between_cases(draw: st.DrawFn) -> Export:
    export, place = copy.deepcopy(TRUE), draw(places)
    part = draw(st.sampled_from(["entry", "entries", "anchors", "head", "case"]))
    if part == "entry":
        export["entries"][place] = FOREIGN["entries"][place % len(FOREIGN["entries"])]
    else:
        export[part] = FOREIGN[part]
    return export


TAMPERED = st.one_of(
    edited(), with_a_gap(), reordered(), repeated(), truncated(), swapped_between_cases()
).filter(lambda it: it != TRUE)


@settings(max_examples=150)
@given(TAMPERED)
def test_whatever_is_tampered_with_is_found(export: Export):
    assert verify(export)


@settings(max_examples=60)
@given(st.one_of(edited(), with_a_gap(), truncated()), st.booleans())
def test_a_chain_that_was_computed_anew_is_found_by_what_was_signed(export: Export, forget: bool):
    """Whoever may write to the database cannot hide what lies before the last checkpoint; if the
    checkpoints are left out of the file as well, those that were published find it."""
    export = rechained(copy.deepcopy(export))
    changed = [it["hash"] for it in export["entries"]][:ANCHORED]
    before = [it["hash"] for it in TRUE["entries"]][:ANCHORED]
    if forget:
        export["anchors"] = []
        assert bool(verify(export, SIGNER.key, PUBLISHED)) == (changed != before)
    else:
        assert bool(verify(export)) == (changed != before)


def test_an_end_that_was_cut_off_with_its_checkpoints_is_found_by_the_published_ones():
    export = copy.deepcopy(TRUE)
    first = export["anchors"][0]
    del export["entries"][first["count"] :]
    export["anchors"] = [first]
    export = rechained(export)
    assert verify(export) == []
    assert verify(export, SIGNER.key, PUBLISHED) == [
        "published checkpoint 2: knew 4 entries, the trace has 2"
    ]


CHECKPOINT_FIELDS = ["number", "at", "previous", "root", "leaves", "key", "signature"]


@settings(max_examples=60)
@given(st.sampled_from(CHECKPOINT_FIELDS), st.integers(0, 1), st.booleans())
def test_a_checkpoint_that_was_tampered_with_is_found(field: str, which: int, public: bool):
    export, published = copy.deepcopy(TRUE), copy.deepcopy(PUBLISHED)
    checkpoint = published[which] if public else export["anchors"][which]["checkpoint"]
    value = checkpoint[field]
    checkpoint[field] = (
        value + 1 if isinstance(value, int) else ("0" if value[0] != "0" else "1") + value[1:]
    )
    assert verify(export, SIGNER.key, published)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop(0),
        lambda it: it.reverse(),
        lambda it: it[0]["heads"].pop(),
        lambda it: it[1]["heads"].reverse(),
        lambda it: it[0]["heads"][2].__setitem__(1, 7),
    ],
    ids=["first left out", "reordered", "head left out", "heads reordered", "head changed"],
)
def test_published_checkpoints_that_were_tampered_with_are_found(change: Callable[[Any], Any]):
    office = Office(days=4)
    published = office.published()
    assert verify(office.export(MINE), SIGNER.key, published) == []
    change(published)
    if len(published) < 3:  # the ones that are left follow each other: only the beginning is gone
        assert verify(office.export(MINE), SIGNER.key, published) == [
            "published checkpoint 2: checkpoints 1 to 1 are missing"
        ]
    else:
        assert verify(office.export(MINE), SIGNER.key, published)


def test_another_key_than_the_published_one_is_found():
    assert "was signed with another key" in verify(TRUE, "00" * 32)[0]


def test_what_is_no_trace_is_said_to_be_none():
    assert verify([]) == ["this is no onewindow-trace-1"]
    assert verify({"format": record.FORMAT}) == ["a part is missing or malformed: KeyError 'case'"]


# RFC 8032, section 7.1, tests 1 to 3
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
        "b46bd25bf5f0595bbe24655141438e7a100b",
        "",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        "1d8c387b2eaeb4302aeeb00d291612bb0c00",
        "72",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
        "c6594a7c15e9716ed28dc027beceea1ec40a",
        "af82",
    ),
]


@pytest.mark.parametrize(("key", "signature", "message"), VECTORS)
def test_the_signatures_of_the_standard_are_verified(key: str, signature: str, message: str):
    public, signed, said = (bytes.fromhex(it) for it in (key, signature, message))
    assert ed25519(public, signed, said)
    assert not ed25519(public, signed, said + b"\0")
    assert not ed25519(public, signed[:63] + bytes([signed[63] ^ 1]), said)


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_signatures_are_verified_as_the_library_makes_them(secret: bytes, message: bytes):
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = key.public_key().public_bytes_raw()
    assert ed25519(public, key.sign(message), message)


@pytest.mark.parametrize("leaves", [1, 2, 3, 4, 5, 7, 8, 9])
def test_every_leaf_of_a_tree_has_its_proof(leaves: int):
    anchors = [Anchor(case=f"case {it}", count=it + 1, hash="ab" * 32) for it in range(leaves)]
    root = drawn_up(None, anchors, at("09-18 23:00")).root
    hashes = [verify_trace.leaf(it.case, it.count, it.hash) for it in anchors]
    assert verify_trace.root(hashes).hex() == root
    for place, leaf in enumerate(hashes):
        assert climbed(leaf, proof(anchors, place)).hex() == root


def climbed(found: bytes, path: list[tuple[str, str]]) -> bytes:
    for side, sister in path:
        pair = [bytes.fromhex(sister), found]
        found = verify_trace.node(*(pair if side == "left" else reversed(pair)))
    return found


def test_the_verifier_needs_nothing_but_the_standard_library():
    tree = ast.parse(Path(verify_trace.__file__).read_text("utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [it.name for it in node.names] if isinstance(node, ast.Import) else [node.module or "."]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_the_verifier_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    whole, cut = tmp_path / "whole.json", tmp_path / "cut.json"
    whole.write_text(json.dumps(TRUE), encoding="utf-8")
    cut.write_text(json.dumps(TRUE | {"entries": TRUE["entries"][:-1]}), encoding="utf-8")
    assert main([str(whole), "--key", SIGNER.key]) == 0
    assert "as written: case 330100-2609-0000012-34, 6 entries, head " in capsys.readouterr().out
    assert main([str(cut)]) == 1
    assert "NOT AS WRITTEN: the head: another end" in capsys.readouterr().out
    assert main([str(tmp_path / "none.json")]) == 2


def test_the_key_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path):
    tmp_path = tmp_path / "data"
    first, second = Signer.of(tmp_path), Signer.of(tmp_path)
    assert first.key == second.key
    assert [it.name for it in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("no key")
    with pytest.raises(Invalid, match="is no key of 64 hexadecimal digits"):
        Signer.of(tmp_path)
