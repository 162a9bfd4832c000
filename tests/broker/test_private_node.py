"""The private node: starts, survives a crash with its messages, and leaves nothing behind."""

from collections.abc import Iterable
from pathlib import Path

import pika
import pytest

from deploy.local.broker_node import BrokerNode
from deploy.local.ports import PortTaken, is_free
from deploy.local.process import NotReady, ProcessId
from tests.fixtures.broker import Vhost


def connect(uri: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(pika.URLParameters(uri))


def programs(processes: Iterable[ProcessId]) -> set[str]:
    return {Path(f"/proc/{process.pid}/comm").read_text().strip() for process in processes}


def put_durable(uri: str, body: bytes) -> None:
    connection = connect(uri)
    channel = connection.channel()
    channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
    channel.confirm_delivery()
    channel.basic_publish("", "kept", body, pika.BasicProperties(delivery_mode=2), mandatory=True)
    connection.close()


def take(uri: str) -> bytes | None:
    connection = connect(uri)
    body: bytes | None = connection.channel().basic_get("kept", auto_ack=True)[2]
    connection.close()
    return body


def test_a_node_killed_outright_finds_its_durable_messages_when_it_starts_again(
    broker_of_its_own: BrokerNode,
) -> None:
    uri = broker_of_its_own.address.uri()
    put_durable(uri, b"still here")
    broker_of_its_own.settle()
    before = broker_of_its_own.processes
    broker_of_its_own.kill()
    assert not [process for process in before if process.alive]
    broker_of_its_own.start()
    assert broker_of_its_own.address.uri() == uri
    assert take(uri) == b"still here"


def test_a_node_that_stops_leaves_no_process_and_no_port_behind(
    broker_of_its_own: BrokerNode,
) -> None:
    processes = broker_of_its_own.processes
    assert {"beam.smp", "epmd", "erl_child_setup"} <= programs(processes)
    broker_of_its_own.stop()
    assert not [process for process in processes if process.alive]
    assert all(is_free(port) for port in broker_of_its_own.identity.ports)


def test_two_nodes_run_side_by_side(broker_of_its_own: BrokerNode, tmp_path: Path) -> None:
    with BrokerNode(tmp_path) as second:
        put_durable(broker_of_its_own.address.uri(), b"first")
        put_durable(second.address.uri(), b"second")
        assert take(broker_of_its_own.address.uri()) == b"first"
        assert take(second.address.uri()) == b"second"
        second.kill()
        assert broker_of_its_own.admin.ready()


def test_secrets_are_for_the_owner_only_and_not_on_any_command_line(
    broker_of_its_own: BrokerNode,
) -> None:
    identity, folder = broker_of_its_own.identity, broker_of_its_own.folder
    for file in (path for path in folder.rglob("*") if path.is_file()):
        if identity.password.encode() in file.read_bytes():
            assert file.stat().st_mode & 0o077 == 0, file
    assert (folder / "home" / ".erlang.cookie").stat().st_mode & 0o777 == 0o600
    for process in broker_of_its_own.processes:
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert identity.password.encode() not in command
        assert identity.cookie.encode() not in command
    assert identity.password not in repr(identity) + repr(broker_of_its_own.address)


def test_a_port_that_is_taken_is_named_with_what_to_do(
    broker_of_its_own: BrokerNode, tmp_path: Path
) -> None:
    (tmp_path / "node.json").write_bytes((broker_of_its_own.folder / "node.json").read_bytes())
    with pytest.raises(PortTaken, match=f"Port {broker_of_its_own.identity.amqp_port}.* is taken"):
        BrokerNode(tmp_path).start()
    assert broker_of_its_own.admin.ready()


def test_a_node_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    node = BrokerNode(tmp_path)
    (tmp_path / "data").write_text("in the way")
    with pytest.raises((NotReady, OSError)):
        node.start()
    assert node.processes == ()


def test_the_topology_gives_each_user_its_own_way_in(vhost: Vhost) -> None:
    users = vhost.set_up({"tax": False, "water": True})
    assert "department.tax" in users
    connection = connect(vhost.uri("department.tax"))
    connection.channel().queue_declare("department.tax", passive=True)
    connection.close()
    assert "department.tax" in {queue.name for queue in vhost.queues()}


def test_virtual_hosts_of_tests_know_nothing_of_each_other(vhost: Vhost) -> None:
    assert vhost.queues() == ()
    put_durable(vhost.uri(), b"mine")
    assert take(vhost.uri()) == b"mine"
