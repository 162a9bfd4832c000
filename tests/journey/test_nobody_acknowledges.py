"""A card is told to the person who is in charge; the next one up the line hears only of what nobody
has acknowledged, once, although supervision is killed and started again each time."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.supervision import acting
from services.supervision.acts import Act
from services.supervision.tables import tides
from shared.delivery.work import Work
from tests.journey.journey import Journey
from tests.journey.settling import opened
from tests.journey.stories import Story
from tests.journey.town import FRIDAY, Town, begin_anew
from tests.waiting import eventually

REGION = "330110"
DUE = datetime.fromisoformat("2026-09-24T17:05:00+08:00")
OVER = datetime.fromisoformat("2026-09-28T15:00:00+08:00")
"""The four working hours are over on Monday at 14:00: 25 to 27 September are off."""
LADDER = {
    "yellow": {"when": "at due", "to": ["handler"], "acknowledge": "4 working hours"},
    "red": {"to": ["head"], "break_quiet_hours": True},
}


@dataclass(frozen=True, kw_only=True)
class InThatDistrict(Story):
    """A case of a district that has a ladder of its own."""

    def application(self, materials: list[dict[str, Any]]) -> dict[str, Any]:
        return super().application(materials) | {"region": REGION}


STORIES = tuple(
    InThatDistrict(name=name, fate="withdrawn", script={"siting": "hold"})
    for name in ("seen", "unseen")
)


@dataclass
class Ear:
    """Everybody's webhook: who was told of which alerts."""

    heard: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[str]:
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                heard.extend((self.path[1:], it["alert"]) for it in body["alerts"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def ear(town: Town, tmp_path: Path) -> Iterator[Ear]:
    """Who hears, by people.yaml; afterwards the town is as it was."""
    catalogue, before = town.stack.settings.catalogue, tmp_path / "before"
    shutil.copytree(catalogue, before)
    ear = Ear()
    with ear.listening() as url:
        policies = yaml.safe_load((catalogue / "policies.yaml").read_text("utf-8"))
        policies["ladders"]["watched"] = LADDER
        policies["regions"] = {REGION: {"clocks": {"handling": "watched"}}}
        (catalogue / "policies.yaml").write_text(yaml.safe_dump(policies), encoding="utf-8")
        people = {
            key: {"name": key, "posts": [post], "addresses": {"webhook": f"{url}/{key}"}}
            for key, post in {"chen": "handler of planning", "lu": "head of planning"}.items()
        }
        (catalogue / "people.yaml").write_text(yaml.safe_dump({"people": people}), "utf-8")
        yield ear
        for name in ("policies.yaml", "people.yaml"):
            shutil.copy(before / name, catalogue / name)
        supervision_at(town, FRIDAY)
        with opened(town.stack, "supervision") as database, database.transaction() as tx:
            tx.execute(tides.delete())  # how far it lagged behind on days that are to come again


def supervision_at(town: Town, moment: datetime) -> None:
    """Supervision is killed, and comes again at another moment."""
    names = [it for it in town.stack.settings.names if it[1] == "supervision"]
    begin_anew(town.stack, names, moment)


def act(town: Town, kind: str, alert: str, now: datetime) -> Act:
    with opened(town.stack, "supervision") as database, database.transaction() as tx:
        work = Work(tx, now, "supervision")
        return acting.act(work, alert, {"kind": kind, "by": "Chen"}).acts[-1]


def test_the_next_rung_is_for_what_nobody_acknowledged_and_fires_once(town: Town, ear: Ear) -> None:
    supervision_at(town, FRIDAY)
    journey = Journey(town, STORIES)
    journey.hand_in()
    codes = {case.story.name: case.code for case in journey.cases}
    eventually(
        lambda: all((code, "siting") in town.assigned() for code in codes.values()),
        "the department has both tasks",
    )
    town.settle()
    clocks = {name: town.clocks(code)["handling", "siting"] for name, code in codes.items()}
    yellow = {name: f"{it['clock']}/yellow" for name, it in clocks.items()}
    red = {name: f"{it['clock']}/red" for name, it in clocks.items()}

    supervision_at(town, DUE)
    eventually(lambda: len(ear.heard) >= 2, "who is in charge hears of both")
    assert sorted(ear.heard) == sorted(("chen", it) for it in yellow.values())
    act(town, "acknowledgement", yellow["seen"], DUE)

    supervision_at(town, OVER)
    eventually(lambda: len(ear.heard) >= 3, "the head hears of the one")
    supervision_at(town, OVER)
    for case in journey.cases:
        journey.withdraw(case)
    journey.play()
    town.settle()
    assert ear.heard[2:] == [("lu", red["unseen"])]
    alerts = {name: town.alerts(code) for name, code in codes.items()}
    assert [it["rung"] for it in alerts["seen"]] == ["yellow"]
    assert [it["rung"] for it in alerts["unseen"]] == ["yellow", "red"]
    assert alerts["unseen"][1]["follows"] == yellow["unseen"]
    assert all(town.trace(code)["verified"] for code in codes.values())
