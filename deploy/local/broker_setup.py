"""Puts the topology and its users into a virtual host: the one place that asks for both."""

from collections.abc import Mapping, Sequence

from deploy.local.broker_admin import BrokerAdmin
from deploy.local.hashed import with_hashes
from deploy.local.passwords import Passwords


def set_up(
    admin: BrokerAdmin,
    vhost: str,
    passwords: Passwords,
    *,
    departments: Mapping[str, bool],
    partitions: int = 1,
    retry_delays: Sequence[float] | None = None,
) -> tuple[str, ...]:
    """Make the virtual host and everything in it; what is already there stays. Returns the users.

    `departments` says for each department whether the desk keeps its tasks. `retry_delays` are in
    seconds, those of `shared.delivery.topology` unless given.
    """
    from shared.delivery import topology as broker  # noqa: PLC0415 - a status should not wait for it

    wanted = broker.topology(
        departments,
        partitions=partitions,
        retry_delays=broker.RETRY_DELAYS if retry_delays is None else retry_delays,
    )
    users = tuple(user.name for user in wanted.users)
    admin.create_vhost(vhost)
    kept = {user: passwords.kept_of(user) for user in users}
    admin.import_definitions(with_hashes(broker.definitions(wanted, vhost, kept), kept))
    return users
