"""People who are told of alerts on both databases: their addresses lead to servers of the test."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.supervision import handlers
from services.supervision.domain import Rules
from services.supervision.notices import store
from services.supervision.notices.call import call
from services.supervision.notices.directory import PeopleDirectory
from services.supervision.notices.higher import above_by
from services.supervision.notices.messenger import Messenger
from services.supervision.notices.notice import Notice
from services.supervision.notices.tally import Tally, metrics
from services.supervision.people import People
from services.supervision.peoplefile import people_from
from services.supervision.policies import policy_from
from services.supervision.recipients import Recipient
from services.supervision.tables import alerts
from services.supervision.trace import canonical
from shared.database import Database
from shared.delivery.work import Work
from shared.messages import AlertRaised
from shared.messages.parts import Text
from tests.unit.supervision.steps import CASE, LADDERS, RULES, at

WHY = Text(zh="督办员", en="supervisor")
NOW = at("09-21 10:00")
TOLD = {
    "reminder": {"when": "1 working day before due", "to": ["handler"]},
    "red": {"when": "2 working days after due", "to": ["supervisor"]},
    "head": {"when": "5 working days after due", "to": ["head"]},
    "leadership": {"when": "9 working days after due", "to": ["leadership"]},
}
POLICY = policy_from(
    {
        "ladders": {**LADDERS["ladders"], "told": TOLD},
        "clocks": {**LADDERS["clocks"], "promised": "told"},
    }
)


def people_of(addresses: dict[str, dict[str, str]], **more: dict[str, Any]) -> People:
    """People by key with their addresses, and what else is said of them."""
    held = {
        f"A_{key.upper()}_{channel.upper()}": url
        for key, channels in addresses.items()
        for channel, url in channels.items()
    }
    said = {
        key: {
            "name": key.title(),
            "addresses": {it: f"$A_{key.upper()}_{it.upper()}" for it in channels},
            **more.get(key, {}),
        }
        for key, channels in addresses.items()
    }
    people, missing = people_from({"people": said}, held)
    assert missing == ()
    return people


@dataclass
class Office:
    """A supervision whose people can be told, and the time that it has."""

    database: Database
    people: People
    now: datetime = NOW
    called: Callable[..., None] = call

    def work(self) -> AbstractContextManager[Work]:
        return self._work()

    @contextmanager
    def _work(self) -> Iterator[Work]:
        with self.database.transaction() as tx:
            yield Work(tx, self.now, "supervision")

    @property
    def rules(self) -> Rules:
        return replace(RULES, policy=POLICY, people=self.people)

    def recipient(self, key: str, **more: Any) -> Recipient:
        person = self.people.persons[key]
        return Recipient(person=key, name=person.name, addresses=person.addresses, why=WHY, **more)

    def messenger(self) -> Messenger:
        return Messenger(
            open_work=self.work,
            call=self.called,
            directory=PeopleDirectory(now_known=lambda: self.people),
            above=above_by(lambda: self.rules),
            channels=("file",),
            tally=Tally(),
        )

    def alert(self, alerts: Sequence[AlertRaised], *recipients: Recipient) -> None:
        """Raise alerts, each for all of these recipients."""
        with self.work() as work:
            raised = [(it, canonical(it)) for it in alerts]
            handlers.raise_alerts(work, raised, ("file",), {it.alert: recipients for it in alerts})

    def tell(self, messenger: Messenger | None = None) -> int:
        """Tell everybody who is to be told now, once; of how many alerts that was."""
        messenger = messenger or self.messenger()
        with self.database.reading() as tx:
            people = store.people_due(tx, messenger.ripe(self.now), 100)
        return sum(messenger.tell(person) for person in people)

    def notices(self) -> list[Notice]:
        """All there are, by alert and person."""
        with self.database.reading() as tx:
            found = store.of_alerts(tx, self.alerts())
        return [notice for some in found.values() for notice in some]

    def alerts(self) -> list[str]:
        """The ids of all alerts."""
        with self.database.reading() as tx:
            return list(tx.execute(sa.select(alerts.c.id).order_by(alerts.c.id)).scalars())

    def metrics(self, messenger: Messenger) -> str:
        """The figures of a process."""
        with self.database.reading() as tx:
            backlog = store.backlog(tx, self.now)
        return metrics(messenger.tally, backlog, self.now).decode()


def card(number: int = 1, rung: str = "red", case: str = CASE) -> AlertRaised:
    """A card of the promised limit of the case."""
    return AlertRaised(
        alert=f"{case}/promised/{rung}/{number}",
        rung=rung,
        at=NOW,
        case=case,
        clock=f"{case}/promised",
        department="planning",
        task="",
        due_at=NOW,
        title=Text(zh=f"红牌：项目 {number}", en=f"Red card: project {number}"),
        text="",
    )
