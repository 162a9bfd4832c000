"""Where a broker is, and who may administer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from shared.errors import Fault, Invalid

MANAGEMENT_PORT = 15672


@dataclass(frozen=True, kw_only=True)
class BrokerAddress:
    """A broker's AMQP host and port, its management API, and an administrator's credentials."""

    host: str
    port: int
    api: str
    user: str
    password: str = field(repr=False)
    vhost: str = "/"
    scheme: str = "amqp"

    def uri(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        vhost: str | None = None,
    ) -> str:
        """An AMQP URI (the RabbitMQ URI specification); the administrator's unless told."""
        name = quote(user or self.user, safe="")
        secret = quote(password or self.password, safe="")
        path = quote(vhost or self.vhost, safe="")
        return f"{self.scheme}://{name}:{secret}@{self.host}:{self.port}/{path}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "BrokerAddress | None":
        """The broker that AMQP_URI names, or None when it is not set; raises Invalid.

        The management API is ONEWINDOW_BROKER_API, or the same host at port 15672.
        """
        uri = environ.get("AMQP_URI", "")
        if not uri:
            return None
        parts = urlsplit(uri)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            problem = "is not an AMQP address such as amqp://user:password@host:5672/vhost"
            raise Invalid(Fault("AMQP_URI", problem))
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or (5671 if parts.scheme == "amqps" else 5672),
            api=environ.get("ONEWINDOW_BROKER_API") or f"http://{parts.hostname}:{MANAGEMENT_PORT}",
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            vhost=unquote(parts.path.removeprefix("/")) or "/",
        )
