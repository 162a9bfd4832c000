"""One process's work on a line that breaks: order kept, nothing lost, nothing kept in memory."""

import threading

import pytest

from shared.businesstime import BusinessTime
from shared.delivery import outbox, workplace
from shared.delivery.publisher import NotSent, Publisher
from shared.delivery.relay import Relay
from shared.delivery.wire import Wire
from shared.delivery.workplace import Workplace
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until
from tests.broker.delivery_proxy import Proxy


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path)
    yield office
    office.close()


@pytest.fixture
def proxy(vhost):
    proxy = Proxy(vhost.address.port)
    yield proxy
    proxy.close()


@pytest.fixture
def place(vhost, office, proxy):
    """Intake's work, by way of the proxy."""
    uri = vhost.uri("intake").replace(f":{vhost.address.port}/", f":{proxy.port}/")
    publisher = Publisher(uri, name="test")
    thread = threading.Thread(target=publisher.run)
    thread.start()
    assert publisher.await_connection(30)
    yield Workplace(
        service="intake",
        database=office.database,
        time=BusinessTime.parse("", production=False),
        publisher=publisher,
    )
    publisher.stop()
    thread.join(30)


def accept(place: Workplace, *numbers: int):
    with place.work() as work:
        work.send(*map(case, numbers))
    return work.sending


def arrived(office: Office) -> list[str]:
    """The cases of which routing heard, in order."""
    found = []
    with office.channel("routing") as channel:
        for _, properties, _ in channel.consume("routing.0", True, inactivity_timeout=1):
            if properties is None:
                break
            found.append(properties.correlation_id)
        channel.cancel()
    return found


def test_later_work_does_not_overtake_what_could_not_be_sent(place, office, proxy):
    proxy.cut()
    until(lambda: not place.publisher.connected, "a lost connection")
    assert accept(place, 1).failed()
    assert place.behind
    assert place.publisher.await_connection(30)
    with pytest.raises(NotSent, match="earlier messages come first"):
        accept(place, 2).wait()
    Relay(place).once()
    assert not place.behind
    assert not accept(place, 3).failed()
    assert arrived(office) == [code(1), code(2), code(3)]
    place.tidy()
    assert office.unsent() == 0


def test_a_long_outage_is_caught_up_in_order_and_in_parts(monkeypatch, place, office, proxy):
    monkeypatch.setattr(workplace, "TOGETHER", 7)
    proxy.cut()
    until(lambda: not place.publisher.connected, "a lost connection")
    for number in range(50):
        assert accept(place, number).failed()
    assert place.publisher.await_connection(30)
    Relay(place).once()
    assert arrived(office) == [code(number) for number in range(50)]
    assert office.unsent() == 0


def test_what_another_process_left_is_sent_in_order_once_and_in_parts(monkeypatch, place, office):
    monkeypatch.setattr(workplace, "TOGETHER", 7)
    for number in range(50):
        with office.database.transaction() as tx:
            outbox.keep(tx, [Wire.of(case(number), place.time.now())])
    relay = Relay(place)
    relay.once()
    assert arrived(office) == []  # they are young: somebody may be sending them
    relay.once(older_than=0.0)
    relay.once(older_than=0.0)
    assert arrived(office) == [code(number) for number in range(50)]
    assert office.unsent() == 0


def test_what_is_rolled_back_is_not_sent(place, office):
    with pytest.raises(ZeroDivisionError), place.work() as work:
        work.send(case(1))
        raise ZeroDivisionError
    assert not accept(place, 2).failed()
    assert arrived(office) == [code(2)]


def test_lists_of_a_process_do_not_grow(place, office):
    """Each message passes through lists of what is under way; none may stay there."""
    for number in range(100):
        assert not accept(place, number).failed()
    place.tidy()
    lists = {name: value for name, value in vars(place).items() if isinstance(value, (list, set))}
    assert len(lists) == 4
    assert not any(lists.values())
    assert office.unsent() == 0
