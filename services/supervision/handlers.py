"""What supervision does with what it is told, and when a moment has come. Load, decide, save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from services.supervision import alerts, deliveries, factstore, ratings, refusals, store
from services.supervision.calling import Call, call
from services.supervision.domain import Case, Rules, fire, follow, next_at
from services.supervision.endings import Facts
from services.supervision.notices import store as notices
from services.supervision.notices.notice import notices_of
from services.supervision.others import called
from services.supervision.recipients import Recipient
from services.supervision.reviewing import reviewed
from services.supervision.trace import Entry, Head, append, canonical
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.messages import (
    ActOnSilence,
    AlertRaised,
    CaseProgressed,
    CaseRated,
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    MessageParked,
    MessageRefused,
    ReviewEnded,
)
from shared.messages.registry import name_of
from shared.values import with_changed

ITSELF = "supervision"
NOBODY: Mapping[str, Sequence[Recipient]] = MappingProxyType({})


def observe(
    work: Work, envelopes: Sequence[Envelope], *, rules: Rules, channels: Sequence[str]
) -> None:
    """Take in steps of cases, in order by number, and notices about messages that did not count."""
    codes = {envelope.message.case for envelope in envelopes if hasattr(envelope.message, "case")}
    tx = work.transaction
    book = Book(rules=rules, cases=store.load(tx, codes), early=store.load_held(tx, codes))
    before, early = dict(book.cases), set(book.early)
    for envelope in envelopes:
        book.take(envelope)
    book.alert(store.alerted(tx, [alert.alert for alert in book.suspects]), work.now)
    changed = [case for case in book.cases.values() if case is not before.get(case.code)]
    store.save_cases(tx, changed)
    store.save_trace(tx, book.entries)
    factstore.save(tx, book.facts)
    ratings.save(tx, book.ratings)
    store.hold(tx, (step for key, step in book.early.items() if key not in early))
    store.let_go(tx, [key for key in early if key not in book.early])
    raise_alerts(work, book.alerts, channels, book.recipients)


def fire_due(
    work: Work,
    *,
    rules: Rules,
    channels: Sequence[str],
    before: datetime | None = None,
    limit: int = 500,
) -> int:
    """Fire rungs that were reached `before` a moment (now), oldest first; how many cases had some.

    A rung alerts, or tells routing to act on silence.

    A full batch of `limit` cases ends at the moment of its last case, so that no rung overtakes an
    older one of a case that is still to be read.
    """
    before = before or work.now
    due = store.due(work.transaction, before, limit)
    if not due:
        return 0
    until = before if len(due) < limit else _just_after(due[-1])
    fired = [fire(case, until) for case in due]
    cases = {case.code: case for case, _reached in fired}
    reached = [it for _case, some in fired for it in some]
    reached.sort(key=lambda it: (it[1].moment or work.now, it[0].id))
    said = Said(work=work, cases=cases)
    for clock, rung in reached:
        said.take(call(cases[clock.case], clock, rung, rules, work.now), clock.case)
    said.save(channels)
    return len(due)


@dataclass(kw_only=True)
class Said:
    """What supervision says of cases by itself, and the cases with it in their traces."""

    work: Work
    cases: dict[str, Case]
    entries: list[Entry] = field(default_factory=list)
    alerts: list[tuple[AlertRaised, str]] = field(default_factory=list)
    recipients: dict[str, Sequence[Recipient]] = field(default_factory=dict)
    orders: list[ActOnSilence] = field(default_factory=list)

    def take(self, said: Call, code: str) -> None:
        """Take in what is said of a rung."""
        for message in said.messages:
            case = self.cases[code]
            head, entry = _entry(case.head, ITSELF, message)
            self.cases[code] = with_changed(case, head=head)
            self.entries.append(entry)
            if isinstance(message, ActOnSilence):
                self.orders.append(message)
                continue
            self.alerts.append((message, entry.body))
            if said.recipients is not None:
                self.recipients[message.alert] = said.recipients

    def save(self, channels: Sequence[str]) -> None:
        """Keep it all, and have it sent."""
        store.save_cases(self.work.transaction, self.cases.values())
        store.save_trace(self.work.transaction, self.entries)
        raise_alerts(self.work, self.alerts, channels, self.recipients)
        self.work.send(*self.orders)


@dataclass(kw_only=True)
class Book:
    """What is known of the cases of one batch while it is taken in."""

    rules: Rules
    cases: dict[str, Case]
    early: dict[tuple[str, int], CaseProgressed]
    entries: list[Entry] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    ratings: list[CaseRated] = field(default_factory=list)
    suspects: list[AlertRaised] = field(default_factory=list)
    alerts: list[tuple[AlertRaised, str]] = field(default_factory=list)
    recipients: dict[str, Sequence[Recipient]] = field(default_factory=dict)

    def take(self, envelope: Envelope) -> None:
        """Take in one message."""
        message = envelope.message
        if isinstance(message, CaseProgressed):
            self._step(message)
        elif isinstance(message, MessageRefused):
            self._record(message.case, message.service, message)
            self.suspects.append(alerts.of_refusal(message))
        elif isinstance(message, MessageParked):
            self._record(message.case, message.service, message)
            self.suspects.append(alerts.of_parking(message, envelope.message_id))
        elif isinstance(
            message, CaseReceived | CorrectionNotified | CorrectionReceived | ReviewEnded
        ):
            case = self.cases.get(message.case) or Case(code=message.case)
            self.cases[case.code] = reviewed(case, message.review, self.rules)
            self._record(case.code, "intake", message)
        elif isinstance(message, CaseRated):
            self._rate(message)

    def _rate(self, rated: CaseRated) -> None:
        if rated.case not in self.cases:
            self.cases[rated.case] = Case(
                code=rated.case,
                item=rated.item,
                region=rated.region,
                title=rated.title,
                lead=rated.lead,
            )
        self._record(rated.case, "intake", rated)
        self.ratings.append(rated)
        if alert := ratings.alert_of(rated, self.rules.of(rated.region).calendar):
            self.suspects.append(alert)

    def alert(self, known: set[str], now: datetime) -> None:
        """Raise the alerts about suspicious messages, but for the `known` ones."""
        for suspect in self.suspects:
            if suspect.alert not in known:
                known.add(suspect.alert)
                case = self.cases.get(suspect.case)
                alert, told = called(suspect, case.region if case else "", self.rules, now)
                self.alerts.append((alert, canonical(alert)))
                if told is not None:
                    self.recipients[alert.alert] = told
                self._record(alert.case, ITSELF, alert)

    def _step(self, step: CaseProgressed) -> None:
        case = self.cases.get(step.case) or Case(code=step.case)
        if step.number <= case.number:
            return  # a repeat
        self.early[step.case, step.number] = step
        while following := self.early.pop((step.case, case.number + 1), None):
            before, case = case, follow(case, following, self.rules)
            self.facts.take(before, following, case, self.rules)
            self.cases[case.code] = case
            self._record(case.code, "routing", following)
            case = self.cases[case.code]
            self.suspects += refusals.alerts_of(following, self.rules.policy)

    def _record(self, code: str, source: str, message: object) -> None:
        """Add to the trace of a case. Of a code that is none there is only the alert."""
        if code in self.cases:
            case = self.cases[code]
            head, entry = _entry(case.head, source, message)
            self.cases[code] = with_changed(case, head=head)
            self.entries.append(entry)


def _entry(head: Head, source: str, message: object) -> tuple[Head, Entry]:
    case, at = getattr(message, "case"), getattr(message, "at")  # noqa: B009
    kind = name_of(type(message))
    return append(head, case=case, source=source, type=kind, at=at, message=message)


def _just_after(case: Case) -> datetime:
    coming = next_at(case)
    assert coming is not None, "a case that is due has a moment"
    return coming + datetime.resolution


def raise_alerts(
    work: Work,
    raised: Sequence[tuple[AlertRaised, str]],
    channels: Sequence[str],
    recipients: Mapping[str, Sequence[Recipient]] = NOBODY,
) -> None:
    """Record alerts, each with its JSON, have the channels tell them, and send them.

    `recipients` are the persons who are told of each, by its id; an alert with none at all reaches
    nobody, which is an alert itself, and one that is not among them names nobody.
    """
    alone = [alert for alert, _body in raised]
    store.save_alerts(work.transaction, raised)
    deliveries.queue(work.transaction, alone, channels, work.now)
    notices.add(work.transaction, notices_of(recipients, work.now))
    work.send(*alone)
