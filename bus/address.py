"""The host and the port in a URL, checked, with errors that show no password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-f:.]+")


def host_of(parts: SplitResult) -> str:
    """Return the name or address, in ASCII and without brackets."""
    if not parts.hostname:
        raise ValueError("the host is missing")
    try:
        host = parts.hostname.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise ValueError("the host is no host name")
    return host


def port_of(parts: SplitResult, usual: Mapping[str, int]) -> int:
    """Return the port that is named, else the usual one of the scheme."""
    try:
        port = parts.port
    except ValueError:  # its text may hold a piece of the password
        port = 0
    if port == 0:
        raise ValueError("the port must be a number from 1 to 65535")
    return port or usual[parts.scheme]


def joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
