"""Where events are posted to, as read from a URL, and who we say that we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from bus.address import host_of, joined, port_of

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """A server that takes events by POST.

    ``url`` is without user and password; its query may be a secret.
    """

    url: str = field(repr=False)
    address: str
    user: str = ""
    password: str = field(default="", repr=False)


def read_receiver(url: str) -> Receiver:
    """Read ``https://user:password@host:port/path?query``; ``http://`` without TLS.

    User and password are sent as Basic authorization, the query as it is. Raises
    ValueError that names the part that is wrong and shows none of the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError(f"scheme {parts.scheme!r} is none of {', '.join(_PORTS)}")
    if parts.fragment:
        raise ValueError("nothing may follow a #; write # in a password as %23")
    if not url.isprintable() or " " in url:
        raise ValueError("write spaces and control characters as %20 and the like")
    if parts.password is not None and not parts.username:
        raise ValueError("the user is missing before the password")
    address = joined(host_of(parts), port_of(parts, _PORTS))
    return Receiver(
        url=f"{parts.scheme}://{address}{_target(parts)}",
        address=address,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _target(parts: SplitResult) -> str:
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    if "@" in target:  # else nobody could say where a password ends
        raise ValueError("write @ in a password, path or query as %40")
    return target
