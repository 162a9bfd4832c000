"""Puts the topology, its users and their permissions into a broker for production.

Everything is what the local stack has (shared/delivery/topology.py), with passwords that the
operator keeps, and one policy for what differs between versions of RabbitMQ.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.local.broker_admin import BrokerAdmin
from deploy.local.hashed import with_hashes
from deploy.local.passwords import broker_secret
from deploy.production.secret_files import password
from shared.delivery.topology import RETRY_DELAYS, SERVICES, Topology, definitions, topology

PRACTICALLY_NONE = 1_000_000_000


def set_up_broker(
    admin: BrokerAdmin,
    vhost: str,
    passwords: Mapping[str, str],
    *,
    departments: Mapping[str, bool],
    partitions: int,
    retry_delays: Sequence[float] = RETRY_DELAYS,
) -> Topology:
    """Make the virtual host and everything in it; queues that are there stay as they are, users
    get the password that stands in `passwords`, or the one whose hash does.

    Raises NotFound, Unavailable, BrokerRefused.
    """
    wanted = topology(departments, partitions=partitions, retry_delays=retry_delays)
    secrets = {user.name: password(passwords, broker_secret(user.name)) for user in wanted.users}
    admin.create_vhost(vhost)
    document = with_hashes(definitions(wanted, vhost, secrets), secrets)
    admin.import_definitions({**document, "policies": [parked_stays(vhost)]})
    return wanted


def parked_stays(vhost: str) -> dict[str, Any]:
    """The policy that keeps parked messages however often their reader dies.

    From 4.0 on a quorum queue that says nothing drops what was delivered 20 times, and these queues
    have no further place to send it to (RabbitMQ, "Quorum Queues", poison message handling).
    """
    return {
        "vhost": vhost,
        "name": "onewindow-parked",
        "pattern": rf"^({'|'.join(SERVICES)})\.parked$",
        "apply-to": "queues",
        "definition": {"delivery-limit": PRACTICALLY_NONE},
        "priority": 10,
    }
