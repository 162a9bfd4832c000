"""The light at the desk as officers see it: with its reason, by the policies of now."""

import shutil
import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
import yaml

from deploy.local.services import CATALOGUE
from services.department import handlers
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.messages import Limit
from tests.unit.department.samples import NOW, assigned
from tests.unit.web.serving import Serving

LATER = NOW + timedelta(days=3, hours=10)
"""Monday after business, two days of five used: Sunday 20 September 2026 is worked."""


@pytest.fixture
def desk(tmp_path):
    """The department service with a task of five days, by a catalogue that may be changed, and an
    officer who has signed in."""
    catalogue = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, catalogue)
    serving = Serving("department", tmp_path, now=LATER, ONEWINDOW_CATALOGUE=str(catalogue))
    message = assigned(handling=Limit(amount=5))
    told = Envelope(
        message_id=str(uuid.uuid4()),
        type="",
        version=1,
        sender=Sender(role="routing"),
        sent_at=NOW,
        traceparent="",
        message=message,
    )
    with serving.database.transaction() as tx:
        handlers.follow(Work(tx, NOW, "department"), [told])
        session = signed_in(tx)
    serving.start()
    client = requests.Session()
    client.cookies.set("onewindow-department-session", session)
    yield SimpleNamespace(url=serving.url, client=client, policies=catalogue / "policies.yaml")
    serving.end()


def signed_in(tx):
    """The session of an officer."""
    now = BusinessTime().now()
    once = Once(password="unused", hash="unused")
    who = {"name": "li", "display_name": "李", "unit": "seal-office", "roles": ("officer",)}
    made = keeping.add(tx, "department", **who, once=once, now=now, by="operator")
    store.keep(tx, replace(made, must_change=False))
    return begin(tx, store.account(tx, "li"), Browser(address="127.0.0.1", name="here"), now)


def shown(desk, path, language):
    answer = desk.client.get(f"{desk.url}{path}", params={"lang": language})
    answer.raise_for_status()
    return answer.text


def test_the_desk_says_why_a_light_is_yellow_and_follows_the_policies(desk):
    for path in ("/desk", "/desk/tasks/a-1"):
        assert "light-green" in shown(desk, path, "zh")
    policies = yaml.safe_load(desk.policies.read_text("utf-8"))
    policies["ladders"]["soon"] = {"reminder": "40% of the limit"}
    policies["departments"] = {"seal-office": {"handling": "soon"}}
    desk.policies.write_text(yaml.safe_dump(policies), "utf-8")
    for path in ("/desk", "/desk/tasks/a-1"):
        assert "light-yellow" in shown(desk, path, "zh")
        assert "已用5个工作日的40%" in shown(desk, path, "zh")
        assert "40% of 5 working days used" in shown(desk, path, "en")
    desk.policies.write_text("ladders: {", "utf-8")
    assert "light-yellow" in shown(desk, "/desk", "en"), "the last good ones stay in force"
    remarks = requests.get(f"{desk.url}/health", timeout=60).json()["remarks"]
    assert remarks == ["policies.yaml is wrong: lights do not go by it"]
    desk.policies.with_name("departments.yaml").write_text("departments: {", "utf-8")
    assert "light-yellow" in shown(desk, "/desk", "en"), "whoever writes it stops no page"
