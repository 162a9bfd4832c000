"""What a private RabbitMQ node is told: its identity, configuration file and environment.

Settings are in the Erlang format (`advanced.config`) only: with a rabbitmq.conf the node would
spend half a second more on every start translating it.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.broker_address import BrokerAddress
from deploy.local.ports import free_ports

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Not /usr/sbin/rabbitmq-server: Debian's wrapper there changes to the system node's user."""

PLUGINS = ("rabbitmq_consistent_hash_exchange", "rabbitmq_management")
DISK_FREE_LIMIT = 64 * 1024 * 1024
SHUTDOWN_MILLISECONDS = 2_000
QUORUM_TICK_MILLISECONDS = 1_000
"""How old the depth of a quorum queue is at most in what the management API says."""


@dataclass(frozen=True, kw_only=True)
class NodeIdentity:
    """What stays the same for a node through all its starts, so that clients find it again.

    `cluster` names every node of its cluster, itself among them; empty for a node alone.
    """

    name: str
    amqp_port: int
    api_port: int
    distribution_port: int
    epmd_port: int
    user: str
    password: str = field(repr=False)
    cookie: str = field(repr=False)
    cluster: tuple[str, ...] = ()

    @classmethod
    def new(cls) -> "NodeIdentity":
        """A name, secrets and ports that nobody else has."""
        amqp, api, distribution, epmd = free_ports(4)
        return cls(
            name=f"onewindow-{secrets.token_hex(4)}@localhost",
            amqp_port=amqp,
            api_port=api,
            distribution_port=distribution,
            epmd_port=epmd,
            user="onewindow-administrator",
            password=secrets.token_urlsafe(24),
            cookie=secrets.token_hex(24),
        )

    @classmethod
    def kept_in(cls, file: Path) -> "NodeIdentity":
        """The identity kept in a file that only its owner may read; a new one the first time."""
        if file.exists():
            found = json.loads(file.read_text())
            return cls(**{**found, "cluster": tuple(found.get("cluster", ()))})
        identity = cls.new()
        write_secret(file, json.dumps(asdict(identity), indent=1))
        return identity

    @property
    def ports(self) -> tuple[int, ...]:
        """All ports of the node; a node alone has a port mapper of its own."""
        if self.cluster:
            return (self.amqp_port, self.api_port, self.distribution_port)
        return (self.amqp_port, self.api_port, self.distribution_port, self.epmd_port)

    @property
    def address(self) -> BrokerAddress:
        """Where the node answers, with the credentials of its administrator."""
        return BrokerAddress(
            host="127.0.0.1",
            port=self.amqp_port,
            api=f"http://127.0.0.1:{self.api_port}",
            user=self.user,
            password=self.password,
        )


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or nothing."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)


def keep_secret(file: Path, text: str) -> str:
    """The secret that is kept in a file; the given one where there was none.

    Of processes that come at the same moment one writes, and all have the same.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    write_secret(draft, text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    return file.read_text()


def advanced_config(identity: NodeIdentity) -> str:
    """The node's settings as Erlang terms."""
    return f"""[
 {{rabbit, [
   {{tcp_listeners, [{{"127.0.0.1", {identity.amqp_port}}}]}},
   {{default_user, <<"{identity.user}">>}},
   {{default_pass, <<"{identity.password}">>}},
   {{default_user_tags, [administrator]}},
   {{disk_free_limit, {DISK_FREE_LIMIT}}},{_clustered(identity.cluster)}
   {{quorum_tick_interval, {QUORUM_TICK_MILLISECONDS}}}
 ]}},
 {{rabbitmq_management, [
   {{tcp_config, [{{ip, "127.0.0.1"}}, {{port, {identity.api_port}}}]}}
 ]}},
 {{rabbitmq_management_agent, [{{disable_metrics_collector, true}}]}}
].
"""


def _clustered(nodes: Sequence[str]) -> str:
    """Who belongs together, that a minority of them waits for the others, and that the leaders of
    quorum queues are spread (RabbitMQ, "Clustering" and "Quorum Queues")."""
    if not nodes:
        return ""
    listed = ", ".join(f"'{node}'" for node in nodes)
    return f"""
   {{cluster_nodes, {{[{listed}], disc}}}},
   {{cluster_partition_handling, pause_minority}},
   {{queue_leader_locator, <<"balanced">>}},"""


def schedulers(cores: int) -> int:
    """How many threads run the node's own code: it leaves half of the machine to the services.

    As many as there are cores, which is what Erlang takes for itself, wake one another for every
    message and keep the services from running (deploy/bench/README.md has what it costs).
    """
    return max(1, cores // 2)


def environment(identity: NodeIdentity, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The node's environment: nothing of ours but the path, and every folder its own."""
    erlang = (
        "-kernel inet_dist_use_interface {127,0,0,1}"
        # an application of the node that ends badly otherwise holds every stop up for 5 s
        f" -kernel shutdown_timeout {SHUTDOWN_MILLISECONDS}"
        f" -start_epmd false +B i +stbt u +S {schedulers(os.cpu_count() or 1)}"
    )
    return {
        "PATH": environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "ERL_EPMD_PORT": str(identity.epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_CRASH_DUMP": str(folder / "crash.dump"),
        # makes the start script become the node instead of staying its parent
        "RUNNING_UNDER_SYSTEMD": "true",
        "RABBITMQ_NODENAME": identity.name,
        "RABBITMQ_DIST_PORT": str(identity.distribution_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": erlang,
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none.conf"),
        "RABBITMQ_CONFIG_FILES": str(folder / "none.d"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_SCHEMA_DIR": str(folder / "generated"),
        "RABBITMQ_PLUGINS_EXPAND_DIR": str(folder / "generated"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
    }


def write_folder(identity: NodeIdentity, folder: Path) -> None:
    """Lay out the node's folder; what it keeps from an earlier run stays."""
    for name in ("home", "data", "log", "generated"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    cookie = folder / "home" / ".erlang.cookie"
    if not cookie.exists():
        write_secret(cookie, identity.cookie)
    write_secret(folder / "advanced.config", advanced_config(identity))
    (folder / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n")
