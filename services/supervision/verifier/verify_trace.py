#!/usr/bin/env python3
"""Checks an exported trace of a case, offline: any edit, gap, reordering or truncation is found.

    python3 verify_trace.py TRACE.json [--key HEX] [--checkpoints checkpoints.jsonl]

One file, the standard library of Python 3.11 alone. TRACE.json is what `onewindow trace CODE
--export TRACE.json` wrote; `--key` is the public key of the office as it has published it;
`--checkpoints` are the checkpoints as they were published: with those it is also found that the end
of a trace was cut off and the later checkpoints left out. Exit status 0: it is as it was written;
1: it is not; 2: it cannot be read.

What is checked:

    entry       hash = SHA-256 of the JSON array [previous hash, case, position, source, type, time
                in UTC], a line feed, and the message; the first `previous` is 64 zeros
    checkpoint  each day the heads (case, number of entries, last hash) of all cases that have
                changed are the leaves of a Merkle tree (RFC 6962, section 2.1), whose root is
                signed with Ed25519 (RFC 8032) together with the hash of the checkpoint before
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Plain = dict[str, Any]

GENESIS = "0" * 64
TRACE, CHECKPOINT = "onewindow-trace-1", "onewindow-checkpoint-1"


def verify(export: Any, key: str = "", published: Sequence[Plain] = ()) -> list[str]:
    """What is wrong with an exported trace, as sentences; none when all is as it was written."""
    if not isinstance(export, dict) or export.get("format") != TRACE:
        return [f"this is no {TRACE}"]
    try:
        findings = [*chain_faults(export), *anchor_faults(export, key)]
        return findings + (published_faults(export, key, published) if published else [])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"a part is missing or malformed: {type(error).__name__} {error}"]


def chain_faults(export: Plain) -> Iterator[str]:
    """Edits, gaps and reordering among the entries, and a head that is another."""
    case, last = export["case"], GENESIS
    for place, entry in enumerate(export["entries"], 1):
        where = f"entry {place}"
        if entry["case"] != case:
            yield f"{where}: belongs to case {entry['case']}"
        if entry["position"] != place:
            yield f"{where}: entry {entry['position']} stands here"
        if entry["previous"] != last:
            yield f"{where}: does not follow from the one before it"
        if digest_of_entry(entry) != entry["hash"]:
            yield f"{where}: was changed after it was written"
        last = entry["hash"]
    if export["head"] != {"count": len(export["entries"]), "hash": last}:
        yield "the head: another end of the trace was recorded"


def anchor_faults(export: Plain, key: str) -> Iterator[str]:
    """Checkpoints that come with the trace: signed, about this case, and about these entries."""
    for anchor in export["anchors"]:
        checkpoint = anchor["checkpoint"]
        where = f"checkpoint {checkpoint['number']}"
        yield from signature_faults(checkpoint, key)
        found = leaf(export["case"], anchor["count"], anchor["hash"])
        for side, sister in anchor["proof"]:
            other = bytes.fromhex(sister)
            found = node(other, found) if side == "left" else node(found, other)
        if found.hex() != checkpoint["root"]:
            yield f"{where}: does not speak of this case as the trace says"
        yield from anchored_faults(where, export, anchor["count"], anchor["hash"])


def anchored_faults(where: str, export: Plain, count: int, hash: str) -> Iterator[str]:
    entries = export["entries"]
    if not 1 <= count <= len(entries):
        yield f"{where}: knew {count} entries, the trace has {len(entries)}"
    elif entries[count - 1]["hash"] != hash:
        yield f"{where}: knew another entry {count}"


def published_faults(export: Plain, key: str, published: Sequence[Plain]) -> list[str]:
    """Checkpoints as they were published: whole, in order, and none says more than the trace."""
    findings: list[str] = []
    previous: Plain | None = None
    for checkpoint in published:
        where = f"published checkpoint {checkpoint['number']}"
        findings += signature_faults(checkpoint, key)
        number = previous["number"] + 1 if previous else 1
        if checkpoint["number"] != number:
            missing = f"checkpoints {number} to {checkpoint['number'] - 1} are missing"
            findings.append(f"{where}: {missing}")
        if previous and checkpoint["previous"] != digest_of_checkpoint(previous):
            findings.append(f"{where}: does not follow from the one before it")
        if root([leaf(*it) for it in checkpoint["heads"]]).hex() != checkpoint["root"]:
            findings.append(f"{where}: its heads are not those that were signed")
        for case, count, hash in checkpoint["heads"]:
            if case == export["case"]:
                findings += anchored_faults(where, export, count, hash)
        previous = checkpoint
    return findings


def signature_faults(checkpoint: Plain, key: str) -> Iterator[str]:
    where = f"checkpoint {checkpoint['number']}"
    if key and checkpoint["key"] != key:
        yield f"{where}: was signed with another key, {checkpoint['key']}"
    signed = [checkpoint[name] for name in ("key", "signature")]
    if not ed25519(bytes.fromhex(signed[0]), bytes.fromhex(signed[1]), stated(checkpoint)):
        yield f"{where}: the signature does not fit"


def digest_of_entry(entry: Plain) -> str:
    at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
    said = [entry[name] for name in ("previous", "case", "position", "source", "type")]
    text = plain([*said, at.isoformat(timespec="microseconds")])
    return hashlib.sha256(f"{text}\n{entry['body']}".encode()).hexdigest()


def stated(checkpoint: Plain) -> bytes:
    """What is signed of a checkpoint."""
    said = [checkpoint[name] for name in ("number", "at", "previous", "root", "leaves")]
    return plain([CHECKPOINT, *said]).encode()


def digest_of_checkpoint(checkpoint: Plain) -> str:
    return hashlib.sha256(stated(checkpoint) + bytes.fromhex(checkpoint["signature"])).hexdigest()


def plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def leaf(case: str, count: int, hash: str) -> bytes:
    return hashlib.sha256(b"\0" + plain([case, count, hash]).encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes: list[bytes]) -> bytes:
    """The root of a Merkle tree; a hash without a sister goes up as it is."""
    if not hashes:
        return hashlib.sha256().digest()
    while len(hashes) > 1:
        pairs = [node(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
        hashes = pairs + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0]


# Ed25519, RFC 8032 section 5.1: verifying alone, in exact integers. Points are (X, Y, Z, T).
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int, int, int]
D: int = -121665 * pow(121666, -1, P) % P
HALF: int = pow(2, (P - 1) // 4, P)


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature of 64 bytes over a message fits a public key of 32."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    h = int.from_bytes(hashed, "little") % Q
    return same(times(s, BASE), plus(r, times(h, a)))


def point(encoded: bytes) -> Point | None:
    """The point of 32 bytes (5.1.3); None where there is none."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * HALF % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


def plus(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, one: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        total = plus(total, one) if scalar & 1 else total
        one, scalar = plus(one, one), scalar >> 1
    return total


def same(one: Point, other: Point) -> bool:
    x = (one[0] * other[2] - other[0] * one[2]) % P
    y = (one[1] * other[2] - other[1] * one[2]) % P
    return x == 0 and y == 0


BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
    1,
    46827403850823179245072216630277197565144205554125654976674165829533817101731,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, check, say what was found; the exit status."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("trace", metavar="TRACE.json")
    asked.add_argument("--key", default="", help="the office's public key, 64 hexadecimal digits")
    asked.add_argument("--checkpoints", default="", help="the checkpoints as they were published")
    given = asked.parse_args(arguments)
    try:
        export = json.loads(Path(given.trace).read_text(encoding="utf-8"))
        lines = Path(given.checkpoints).read_text(encoding="utf-8") if given.checkpoints else ""
        published = [json.loads(line) for line in lines.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    findings = verify(export, given.key, published)
    for finding in findings:
        print(f"NOT AS WRITTEN: {finding}")
    if not findings:
        say_what_holds(export, given)
    return 1 if findings else 0


def say_what_holds(export: Plain, given: argparse.Namespace) -> None:
    entries, anchors = len(export["entries"]), export["anchors"]
    print(f"as written: case {export['case']}, {entries} entries, head {export['head']['hash']}")
    signed = max((it["count"] for it in anchors), default=0)
    print(f"signed through entry {signed}, by {len(anchors)} checkpoints")
    keys = sorted({it["checkpoint"]["key"] for it in anchors})
    if keys and not given.key:
        print(f"compare the key with the one that the office has published: {', '.join(keys)}")


if __name__ == "__main__":
    sys.exit(main())
