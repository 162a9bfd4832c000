"""Who may ask an address that shows everything and asks for no sign-in: the operator's own side.

That is this machine, or the networks of `ONEWINDOW_READERS`. What a proxy passed on comes from
whomever the proxy serves, whatever address it says, so it never does. Nor does what a browser asks
for a page of somebody else's who has let their own name lead here (DNS rebinding): programs of the
operator ask by an address, or by a name that nobody outside can own.
"""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from environs import Env
from werkzeug.wrappers import Request as WireRequest

from shared.errors import Fault, Invalid
from shared.web.problems import NOT_FROM_THERE, Refusal

READERS = "ONEWINDOW_READERS"
HERE = "127.0.0.0/8,::1/128"
PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
"""Headers by which a proxy says that it passes something on (RFC 7239; RFC 9110, section 7.6.3)."""

Network = IPv4Network | IPv6Network


def check_near(wire: WireRequest) -> None:
    """Raises Refusal (403) for a request from elsewhere."""
    near = _within(wire.remote_addr or "", Env().str(READERS, HERE))
    if not near or _passed_on(wire) or not _is_ours(wire.headers.get("Host", "")):
        raise Refusal(
            NOT_FROM_THERE,
            f"this is answered to the networks of {READERS} alone, and to no proxy, by an address"
            " or a name without dots; people sign in to the pages",
        )


def _passed_on(wire: WireRequest) -> bool:
    """Also what says nothing of itself and speaks HTTP/1.0, as nginx does unless told otherwise."""
    if wire.environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        return True
    return any(it in wire.headers for it in PASSED_ON)


def _is_ours(host: str) -> bool:
    """Whether the header Host has an address, or a name of this machine or its nearest network."""
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    try:
        return bool(ip_address(name.strip("[]")))
    except ValueError:
        return "." not in name


@lru_cache(maxsize=1_000)
def _within(address: str, readers: str) -> bool:
    try:
        asking = ip_address(address)
    except ValueError:
        return False
    if isinstance(asking, IPv6Address) and asking.ipv4_mapped:
        asking = asking.ipv4_mapped
    return any(asking in it for it in networks(readers))


@lru_cache(maxsize=10)
def networks(readers: str) -> tuple[Network, ...]:
    """Networks as `10.0.0.0/8,192.168.1.7`; raises Invalid."""
    try:
        return tuple(ip_network(it.strip()) for it in readers.split(",") if it.strip())
    except ValueError as error:
        raise Invalid(Fault(READERS, f"names no network: {error}")) from error
