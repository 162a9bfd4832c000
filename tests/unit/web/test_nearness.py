"""Addresses for programs are answered to the operator's own side."""

import pytest
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from shared.errors import Invalid
from shared.web.nearness import READERS, check_near
from shared.web.problems import Refusal


def asked_from(address: str, **headers: str) -> None:
    environ = create_environ(headers=headers) | {"REMOTE_ADDR": address}
    check_near(Request(environ))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_near(address, monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    asked_from(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "", "localhost"])
def test_others_are_not(address, monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    with pytest.raises(Refusal, match=READERS):
        asked_from(address)


def test_the_networks_are_a_setting(monkeypatch):
    monkeypatch.setenv(READERS, "10.1.0.0/16, 192.168.1.7")
    asked_from("10.1.2.3")
    asked_from("192.168.1.7")
    for address in ("10.2.2.3", "192.168.1.8", "127.0.0.1"):
        with pytest.raises(Refusal):
            asked_from(address)


def test_a_proxy_on_this_machine_opens_nothing(monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    with pytest.raises(Refusal):
        asked_from("127.0.0.1", **{"X-Forwarded-For": "127.0.0.1"})


def test_a_network_that_is_none_opens_nothing(monkeypatch):
    monkeypatch.setenv(READERS, "office")
    with pytest.raises(Invalid, match=READERS):
        asked_from("127.0.0.1")
