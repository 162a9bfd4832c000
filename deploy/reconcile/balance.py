"""The balance of all case codes, from what each service knows of them. Pure.

    codes issued = received + open + decided + withdrawn + refused + parked

Routing says what became of a case. Of a code that it does not know, intake says whether it is not
accepted yet (received), was not accepted (refused) or was withdrawn before; else it is open while
its CaseAccepted is on its way, and parked where that message was set aside. Whoever follows the
case stream (intake for its applicants, supervision) stands at the number that routing said last, or
something must hold the steps that are missing.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

DECIDED, WITHDRAWN = "decided", "withdrawn"
ACCEPTED = "case.accepted"
REVIEWS = ("case.received", "correction.notified", "correction.received", "review.ended")
BEFORE = {
    "received": "received",
    "awaiting_correction": "received",
    "refused": "refused",
    "withdrawn": "withdrawn",
}
"""Where a code is counted of which intake says this, and routing nothing."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a service knows a case: the number of the last step that it knows, and its state."""

    number: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message about a case that was set aside; `state` is that of its row."""

    service: str
    type: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Books:
    """What the services know, read in the order intake, supervision, routing.

    `unsent` are the codes in the outbox of each service, `waiting` how many messages wait in the
    broker for each, empty where the broker does not answer.
    """

    intake: Mapping[str, Standing]
    routing: Mapping[str, Standing]
    supervision: Mapping[str, Standing]
    unsent: Mapping[str, Collection[str]] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    parked: Mapping[str, tuple[Parked, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A code on which services differ. `because` says what explains it, empty if nothing does."""

    code: str
    problem: str
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The sum, and every code that differs."""

    issued: int
    open: int
    decided: int
    withdrawn: int
    parked: int
    received: int = 0
    refused: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Codes that differ for no reason that can be found."""
        return tuple(it for it in self.differences if not it.because)

    @property
    def balanced(self) -> bool:
        """Whether the sum is right and every difference is explained."""
        accepted = self.open + self.decided + self.withdrawn + self.parked
        total = self.received + accepted + self.refused
        return self.issued == total and not self.unexplained


def balance(books: Books) -> Balance:
    """Add everything up and compare what the services say of each code."""
    places = Counter(place for code in books.intake if (place := _place(books, code)))
    return Balance(
        issued=len(books.intake),
        open=places["open"],
        decided=places[DECIDED],
        withdrawn=places[WITHDRAWN],
        parked=places["parked"],
        received=places["received"],
        refused=places["refused"],
        differences=tuple(_differences(books)),
    )


def _place(books: Books, code: str) -> str:
    """Where a code is counted; empty if it is nowhere."""
    standing = books.routing.get(code)
    if standing is not None:
        return standing.state if standing.state in (DECIDED, WITHDRAWN) else "open"
    if before := BEFORE.get(books.intake[code].state):
        return before
    if _accepted_is_parked(books, code):
        return "parked"
    return "open" if _on_its_way(books, code, "intake", "routing") else ""


def _accepted_is_parked(books: Books, code: str) -> str:
    """Why the message that opens the case in routing was set aside, empty unless it was."""
    for it in books.parked.get(code, ()):
        if it.type == ACCEPTED and it.service in ("intake", "routing"):
            return f"{ACCEPTED} is {it.state} in {it.service}"
    return ""


def _differences(books: Books) -> Iterator[Difference]:
    for code in sorted(books.intake.keys() - books.routing.keys()):
        if books.intake[code].state in BEFORE:
            yield from _before(books, code)
            continue
        because = _accepted_is_parked(books, code) or _on_its_way(books, code, "intake", "routing")
        yield Difference(code=code, problem="routing does not know it", because=because)
    for code in sorted(books.routing.keys() - books.intake.keys()):
        yield Difference(code=code, problem="routing knows it, and intake never issued it")
    for code in sorted(books.supervision.keys() - books.routing.keys() - _reviewed(books)):
        yield Difference(code=code, problem="supervision knows it, and routing does not")
    for reader, known in (("intake", books.intake), ("supervision", books.supervision)):
        yield from _behind(books, reader, known)


def _reviewed(books: Books) -> set[str]:
    """Codes of which supervision knows only what intake has said of them."""
    told = {code for code, known in books.supervision.items() if known.number == 0}
    return told & books.intake.keys()


def _before(books: Books, code: str) -> Iterator[Difference]:
    """Supervision says the same as intake of an application that routing has nothing of."""
    said, heard = books.intake[code].state, books.supervision.get(code)
    if heard is None or heard.state != said:
        aside = (it for it in books.parked.get(code, ()) if it.type in REVIEWS)
        parked = next((f"{it.type} is {it.state} in {it.service}" for it in aside), "")
        because = parked or _on_its_way(books, code, "intake", "supervision")
        problem = f"intake says {said}, supervision {heard.state if heard else 'nothing'}"
        yield Difference(code=code, problem=problem, because=because)


def _behind(books: Books, reader: str, known: Mapping[str, Standing]) -> Iterator[Difference]:
    for code, said in sorted(books.routing.items()):
        heard = known.get(code)
        if heard is None and reader == "intake":
            continue  # told above
        if heard is None or heard.number < said.number:
            last = heard.number if heard else 0
            because = _missing_steps(books, code, reader)
            problem = f"{reader} is at step {last}, routing at {said.number}"
            yield Difference(code=code, problem=problem, because=because)
        elif heard.number > said.number:
            problem = (
                f"{reader} is at step {heard.number}, which routing ({said.number}) never said"
            )
            yield Difference(code=code, problem=problem)
        elif heard.state != said.state:
            problem = f"{reader} says {heard.state}, routing says {said.state}"
            yield Difference(code=code, problem=problem)


def _missing_steps(books: Books, code: str, reader: str) -> str:
    for it in books.parked.get(code, ()):
        if it.type == "case.progressed" and it.service in (reader, "routing"):
            return f"{it.type} is {it.state} in {it.service}"
    return _on_its_way(books, code, "routing", reader)


def _on_its_way(books: Books, code: str, sender: str, reader: str) -> str:
    """Where a message from one service to another may be, empty if it is nowhere."""
    if code in books.unsent.get(sender, ()):
        return f"a message about it is in the outbox of {sender}"
    waiting = books.waiting.get(reader, 0)
    return f"{waiting} messages wait in the broker for {reader}" if waiting else ""
