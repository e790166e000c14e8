"""Where a node of AMQP 1.0 is and who we are there, as read from its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bus.address import host_of, joined, port_of

PORTS = {"amqp1": 5672, "amqp1s": 5671}
FORM = "amqp1(s)://USER:PASSWORD@HOST:PORT/ADDRESS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """An address that takes our events or gives commands, and the way to it.

    Without a ``user`` the log-in is anonymous. ``vhost`` is the host name of the
    open performative; without one it is the host itself.
    """

    host: str
    port: int
    address: str
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    vhost: str = ""

    @property
    def place(self) -> str:
        return joined(self.host, self.port)


class Refused(Exception):  # noqa: N818 # a state of the way to the bus
    """There is no way to the node now; the text says why and holds no secret."""


class Door(Protocol):
    """Tells the way in, anew for each connection: it may need a fresh token."""

    async def enter(self) -> Node:
        """Return where to go now; ``Refused`` says why there is no way."""
        ...


class OpenDoor:
    """The way in is always the same."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def enter(self) -> Node:
        return self._node


def read_node(url: str) -> Node:
    """Read ``amqp1://user:password@host:port/address?vhost=…``.

    ``amqp1s://`` speaks TLS. The address is what follows the first slash, so that of
    RabbitMQ's queue Q is written ``//amq/queue/Q``. Raises ValueError that names the
    part that is wrong and shows none of the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError(f"scheme {parts.scheme!r} is none of {', '.join(PORTS)}")
    user, password = credentials_of(parts)
    address = unquote(parts.path.removeprefix("/"))
    if not address:
        raise ValueError("the address is missing after the host")
    return Node(
        host=host_of(parts),
        port=port_of(parts, PORTS),
        address=address,
        tls=parts.scheme == "amqp1s",
        user=user,
        password=password,
        vhost=options_of(parts, {"vhost"}).get("vhost", ""),
    )


def credentials_of(parts: SplitResult) -> tuple[str, str]:
    """Return user and password; both or neither."""
    if parts.fragment:
        raise ValueError("nothing may follow a #; write # in a password as %23")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("user and password go together, as USER:PASSWORD@HOST")
    return unquote(parts.username or ""), unquote(parts.password or "")


def options_of(parts: SplitResult, known: set[str]) -> dict[str, str]:
    """Return what follows the ``?``, each name known, once and with a value."""
    try:
        pairs = parse_qsl(
            parts.query, strict_parsing=bool(parts.query), keep_blank_values=True
        )
    except ValueError:  # its text may hold a piece of the password
        raise ValueError("what follows the ? must be NAME=VALUE") from None
    options = dict(pairs)
    if len(options) < len(pairs) or not set(options) <= known:
        listed = ", ".join(sorted(known))
        raise ValueError(f"only {listed} may follow the ?, each once")
    for name, value in options.items():
        if not value:
            raise ValueError(f"{name} has no value")
    return options
