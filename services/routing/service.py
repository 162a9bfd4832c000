"""The routing service: wiring only. What it does stands in `handlers`."""

from collections.abc import Sequence
from typing import Any

from nameko.extensions import DependencyProvider

from services.routing import handlers
from services.routing.catalogue.present import PresentCatalogue
from services.routing.handlers import Plans
from services.routing.linking import Links
from services.routing.repeats import refuse_altered
from shared.delivery.backbone import SETTINGS, Backbone
from shared.delivery.entrypoints import Delivery, receives
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.web.server import Web


class Items(DependencyProvider):  # type: ignore[misc]
    """Publishes the catalogue at the start, and keeps the plans of its items."""

    backbone = Backbone()

    def setup(self) -> None:
        settings = self.container.config[SETTINGS]
        self._present = PresentCatalogue(settings.catalogue)
        self._plans = Plans(departments=self._present.departments(), links=Links.of(settings))

    def start(self) -> None:
        with self.backbone.workplace.work() as work:
            handlers.publish_catalogue(work, self._present.catalogue)

    def get_dependency(self, _context: Any) -> "Items":
        return self

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it; shown by /health."""
        return self._present.remarks

    @property
    def plans(self) -> Plans:
        """The plans, with the departments of now."""
        self._plans.departments = self._present.departments()
        return self._plans


class Service:
    """Routing: the items, the plan of each case, and its numbered progress."""

    name = "routing"
    delivery = Delivery()
    items = Items()
    web = Web()

    @receives(repeats="look_again")  # type: ignore[untyped-decorator]
    def advance(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        handlers.advance(work, envelopes, self.items.plans)

    def look_again(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        """What comes under message ids that have had their effect."""
        refuse_altered(work, envelopes)
