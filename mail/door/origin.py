"""Where a client comes from: its address, its network, and whether we trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network

#: Where only our own machine is.
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
#: Who has one address of a network has many: the lengths of what is one client,
#: and of what is one neighbourhood.
_LENGTHS = {4: (32, 24), 6: (64, 48)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What a client is counted under.

    A host gets a whole /64 of IPv6 and may use any address of it, so that is one
    ``address``; ``network`` is the /24, or the /48, around it.
    """

    address: str
    network: str
    trusted: bool = False


def origin_of(host: str, trusted: Sequence[Network]) -> Origin:
    """Return where ``host`` is; one without an address stands for itself."""
    try:
        ip = _plain(ip_address(host.partition("%")[0]))
    except ValueError:
        return Origin(address=host, network=host)
    address, network = (str(_around(ip, length)) for length in _LENGTHS[ip.version])
    is_trusted = any(ip in one for one in trusted)
    return Origin(address=address, network=network, trusted=is_trusted)


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return an IPv4 address as such, also where a socket of both kinds shows it."""
    return (ip.ipv4_mapped if isinstance(ip, IPv6Address) else None) or ip


def _around(ip: IPv4Address | IPv6Address, length: int) -> Network:
    return ip_network((ip, length), strict=False)
