"""Where a RabbitMQ broker is and what of it is ours, as read from its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from bus.address import host_of, joined, port_of

_PORTS = {"amqp": 5672, "amqps": 5671}
_PLACES = ("exchange", "routing_key")
LONGEST_NAME = 255  # bytes of a name (AMQP 0-9-1, short strings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Broker:
    """A broker that takes our events.

    ``exchange`` may be empty: the default exchange, in which ``routing_key`` names
    a queue. Without a ``routing_key`` an event's type is its own.
    """

    host: str
    port: int
    tls: bool = False
    user: str = "guest"
    password: str = field(default="guest", repr=False)
    vhost: str = "/"
    exchange: str = ""
    routing_key: str = ""

    @property
    def address(self) -> str:
        return joined(self.host, self.port)

    def key_of(self, type_: str) -> str:
        return self.routing_key or type_


def read_broker(url: str) -> Broker:
    """Read ``amqp://user:password@host:port/vhost?exchange=…&routing_key=…``.

    ``amqps://`` speaks TLS. The virtual host is "/" unless another is named; a
    slash in its name is ``%2F``. Raises ValueError that names the part that is
    wrong and shows none of the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError(f"scheme {parts.scheme!r} is none of {', '.join(_PORTS)}")
    if parts.fragment:
        raise ValueError("nothing may follow a #; write # in a password as %23")
    if parts.username == "":
        raise ValueError("the user is missing before the @")
    named = parts.username is not None
    return Broker(
        host=host_of(parts),
        port=port_of(parts, _PORTS),
        tls=parts.scheme == "amqps",
        user=unquote(parts.username) if parts.username else "guest",
        password=unquote(parts.password or "") if named else "guest",
        vhost=_vhost(parts.path),
        **_places(parts.query),
    )


def _vhost(path: str) -> str:
    name = path.removeprefix("/")
    if "/" in name:
        raise ValueError("write / in the name of a virtual host as %2F")
    return unquote(name) or "/"


def _places(query: str) -> dict[str, str]:
    """Return where in the broker events go."""
    try:
        pairs = parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:  # its text may hold a piece of the password
        raise ValueError("what follows the ? must be NAME=VALUE") from None
    places = dict(pairs)
    if len(places) < len(pairs) or not set(places) <= set(_PLACES):
        raise ValueError(f"only {' and '.join(_PLACES)} may follow the ?, each once")
    if not any(places.values()):
        raise ValueError(
            "?exchange=NAME is missing, or ?routing_key=QUEUE for a single queue"
        )
    for name, value in places.items():
        if len(value.encode()) > LONGEST_NAME:
            raise ValueError(f"{name} may have {LONGEST_NAME} bytes at most")
    return places
