"""Daily checkpoints: the heads of all traces that have changed, under one signature.

Whoever may write to the database can compute a whole trace again. What a checkpoint has signed and
published he cannot: its heads are the leaves of a Merkle tree (RFC 6962, section 2.1), so that each
case carries a proof of its own without anybody else's, and each checkpoint names the one before.
`verifier/verify_trace.py` checks all of it without this code.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.jsontext import text_of

FORMAT = "onewindow-checkpoint-1"
GENESIS = "0" * 64
Proof = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The head of a case's trace as a checkpoint knew it."""

    case: str
    count: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A signed root over `leaves` heads. `key` and `signature` are Ed25519, in hexadecimal."""

    number: int
    at: datetime
    previous: str
    root: str
    leaves: int
    key: str = ""
    signature: str = ""

    @property
    def stated(self) -> bytes:
        """What is signed."""
        said = [FORMAT, self.number, time_of(self.at), self.previous, self.root, self.leaves]
        return text_of(said).encode()

    @property
    def digest(self) -> str:
        """What the next checkpoint names as the one before it."""
        return hashlib.sha256(self.stated + bytes.fromhex(self.signature)).hexdigest()


def drawn_up(last: Checkpoint | None, anchors: Sequence[Anchor], at: datetime) -> Checkpoint:
    """The checkpoint after `last`, still to be signed."""
    return Checkpoint(
        number=last.number + 1 if last else 1,
        at=at.astimezone(UTC),
        previous=last.digest if last else GENESIS,
        root=_levels(anchors)[-1][0].hex(),
        leaves=len(anchors),
    )


def proof(anchors: Sequence[Anchor], place: int) -> Proof:
    """The sisters on the way from the leaf at `place` up to the root, with their side."""
    path: Proof = []
    for level in _levels(anchors)[:-1]:
        sister = place ^ 1
        if sister < len(level):
            path.append(("left" if sister < place else "right", level[sister].hex()))
        place //= 2
    return path


def time_of(moment: datetime) -> str:
    """An instant as it is signed."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _levels(anchors: Sequence[Anchor]) -> list[list[bytes]]:
    """The tree from its leaves to its root; a hash without a sister goes up as it is."""
    levels = [[_leaf(anchor) for anchor in anchors] or [hashlib.sha256().digest()]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [_node(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)]
        levels.append(pairs + ([below[-1]] if len(below) % 2 else []))
    return levels


def _leaf(anchor: Anchor) -> bytes:
    said = text_of([anchor.case, anchor.count, anchor.hash])
    return hashlib.sha256(b"\0" + said.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
