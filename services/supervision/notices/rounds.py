"""Looks round for whoever is to be told, and has a few of them told at once."""

from collections.abc import Callable
from datetime import datetime

from services.supervision.domain import Rules
from services.supervision.notices import store
from services.supervision.notices.call import WEB, load
from services.supervision.notices.directory import PeopleDirectory
from services.supervision.notices.higher import above_by
from services.supervision.notices.limited import call_within
from services.supervision.notices.messenger import Messenger
from services.supervision.notices.tally import Tally, metrics
from services.supervision.people import People
from shared.delivery.backbone import Backbone
from shared.web.timelimit import Crew

AT_ONCE = 8
"""So many people are told at once; one whose address hangs keeps one place for 15 s."""
MOST = 100
LOOK_ROUND = 0.5
"""Seconds."""
PAGE = "/board/alerts"


class Rounds:
    """One for a process."""

    def __init__(self, backbone: Backbone, rules: Callable[[], Rules], channels: tuple[str, ...]):
        people, settings = rules().people, backbone.settings
        if _needs_apprise(people):
            load()  # now, and not while somebody waits
        self._database, self._time = backbone.database, settings.time
        self._crew = Crew(AT_ONCE)
        address = settings.public_url.rstrip("/")
        self.messenger = Messenger(
            open_work=backbone.workplace.work,
            call=call_within,
            directory=PeopleDirectory(now_known=lambda: rules().people),
            above=above_by(rules),
            channels=channels,
            tally=Tally(),
            pace=settings.time.speed,
            link=f"{address}{PAGE}" if address else "",
        )

    def go(self) -> float:
        """Begin to tell those who are due; the seconds until the next round."""
        with self._database.glance() as tx:
            due = store.people_due(tx, self.messenger.ripe(self._now()), MOST)
        for person in due:
            self._crew.give(person, self.messenger.tell)
        return LOOK_ROUND

    def wait(self, seconds: float | None = None) -> None:
        """Until nobody is being told, for so long at most; what is cut off is told once more."""
        self._crew.wait(seconds)

    def metrics(self) -> bytes:
        """The figures in the text format of Prometheus."""
        now = self._now()
        with self._database.reading() as tx:
            backlog = store.backlog(tx, now)
        return metrics(self.messenger.tally, backlog, now)

    def _now(self) -> datetime:
        return self._time.now()


def _needs_apprise(people: People) -> bool:
    urls = [it.url for person in people.persons.values() for it in person.addresses]
    return any(not url.startswith(WEB) for url in urls)
