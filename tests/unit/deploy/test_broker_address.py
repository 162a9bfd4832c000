"""The broker that AMQP_URI names, and what is said when it cannot be administered."""

import pytest

from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_admin import BrokerAdmin
from shared.errors import Invalid, Unavailable


def test_everything_is_read_from_the_address() -> None:
    environ = {"AMQP_URI": "amqp://b%C3%BCro:a%2Fb@broker.example:5673/one%2Fwindow"}
    address = BrokerAddress.from_environment(environ)
    assert address is not None
    assert (address.user, address.password, address.vhost) == ("büro", "a/b", "one/window")
    assert address.api == "http://broker.example:15672"
    assert address.uri() == environ["AMQP_URI"]
    assert address.uri("tax", "pw", vhost="/") == "amqp://tax:pw@broker.example:5673/%2F"
    assert "a/b" not in repr(address)


def test_the_management_api_may_be_elsewhere_and_the_virtual_host_left_out() -> None:
    environ = {"AMQP_URI": "amqps://broker", "ONEWINDOW_BROKER_API": "https://broker:443"}
    address = BrokerAddress.from_environment(environ)
    assert address is not None
    assert (address.api, address.port, address.vhost) == ("https://broker:443", 5671, "/")


def test_no_address_means_a_private_node_and_a_wrong_one_is_named() -> None:
    assert BrokerAddress.from_environment({}) is None
    with pytest.raises(Invalid, match="AMQP_URI: is not an AMQP address such as amqp://"):
        BrokerAddress.from_environment({"AMQP_URI": "http://broker"})


def test_a_management_api_that_does_not_answer_is_one_sentence(free_port: int) -> None:
    address = BrokerAddress(
        host="127.0.0.1", port=1, api=f"http://127.0.0.1:{free_port}", user="u", password="p"
    )
    with pytest.raises(Unavailable, match="set ONEWINDOW_BROKER_API to its address"):
        BrokerAdmin(address).overview()
