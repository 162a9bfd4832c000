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


NAMES_OF_OURS = ["127.0.0.1:8803", "localhost:8803", "localhost", "[::1]:8803", "[::1]", "::1"]
NAMES_OF_OTHERS = ["evil.example:8803", "evil.example", "office.gov.cn", "127.0.0.1.evil.example"]


@pytest.mark.parametrize("host", [*NAMES_OF_OURS, "supervision:8800", "10.1.2.3"])
def test_it_is_asked_by_its_address_or_by_a_name_that_nobody_else_can_own(host, monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    asked_from("127.0.0.1", Host=host)


@pytest.mark.parametrize("host", NAMES_OF_OTHERS)
def test_a_page_whose_name_was_made_to_lead_here_reads_nothing(host, monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    with pytest.raises(Refusal, match="a name without dots"):
        asked_from("127.0.0.1", Host=host)


def test_a_proxy_that_does_not_say_so_is_known_by_its_old_protocol(monkeypatch):
    monkeypatch.delenv(READERS, raising=False)
    environ = create_environ(headers={"Host": "127.0.0.1:8803"}) | {"REMOTE_ADDR": "127.0.0.1"}
    check_near(Request(environ))
    with pytest.raises(Refusal, match="no proxy"):
        check_near(Request(environ | {"SERVER_PROTOCOL": "HTTP/1.0"}))


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
