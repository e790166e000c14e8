"""Where the relay is, as read from its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465, "lmtp": 24}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """An SMTP or LMTP server that takes our mail.

    ``smtps`` speaks TLS from the first byte; the others use STARTTLS if the
    server offers it.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_server(url: str) -> Server:
    """Read ``smtp://user:password@host:port``, ``smtps://…`` or ``lmtp://…``.

    Raises ValueError that names the part that is wrong and shows none of the
    password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        known = ", ".join(_PORTS)
        raise ValueError(f"relay url: scheme {parts.scheme!r} is none of {known}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "relay url: nothing may follow host and port; "
            "write / ? and # in a password as %2F %3F and %23"
        )
    if parts.password is not None and not parts.username:
        raise ValueError("relay url: user is missing before the password")
    return Server(
        scheme=parts.scheme,
        host=_host(parts),
        port=_port(parts),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
    )


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise ValueError("relay url: host is missing")
    try:
        return parts.hostname.encode("idna").decode()
    except UnicodeError:
        raise ValueError("relay url: host is no host name") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:  # its text may hold a piece of the password
        port = 0
    if port == 0:
        raise ValueError("relay url: port must be a number from 1 to 65535")
    return port or _PORTS[parts.scheme]
