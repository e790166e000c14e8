"""The publishers there are, chosen by URL."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bus.amqp1.node import FORM as NODE_FORM
from bus.amqp1.node import OpenDoor, read_node
from bus.broker import read_broker
from bus.esb1c.application import FORM as APPLICATION_FORM
from bus.esb1c.application import read_application
from bus.file import JsonLines
from bus.manner import Manner, Posting
from bus.receiver import read_receiver
from bus.signing import read_secret
from bus.targets import Publisher

_WITH_PROTON = {"amqp1", "amqp1s", "esb1c+http", "esb1c+https"}


def publisher_from(
    url: str, *, secrets: Sequence[str] = (), ca_file: Path | None = None
) -> Publisher:
    """Return the publisher for a URL; ValueError names the schemes there are.

    Nothing is opened before the first event. A ``file:`` path is taken as it is:
    relative ones were resolved by whoever read the configuration. ``secrets`` are
    for HTTP, ``ca_file`` for it and for AMQP 1.0.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file" and rest.startswith("//") and not rest.startswith("///"):
        raise ValueError("bus.url: a file is on this machine: file:/path or file:path")
    if scheme == "file" and rest:
        return JsonLines(Path(rest.removeprefix("//")))
    if scheme in {"amqp", "amqps"}:
        return _rabbit(url)
    if scheme in {"http", "https"}:
        return _webhook(url, secrets, ca_file)
    if scheme in _WITH_PROTON:
        return _with_proton(url, ca_file)
    raise ValueError(
        f"bus.url: {scheme!r} is not a kind of bus; there are file:PATH, "
        "amqp(s)://USER:PASSWORD@HOST/VHOST?exchange=NAME, http(s)://HOST/PATH, "
        f"{NODE_FORM} and {APPLICATION_FORM}"
    )


def lacking_for(url: str) -> str:
    """Return what must be installed for this kind of bus; empty if nothing."""
    scheme = url.partition(":")[0]
    if scheme in _WITH_PROTON and find_spec("proton") is None:
        return f"{scheme}: speaks AMQP 1.0: pip install zayavka[amqp1]"
    return ""


def _rabbit(url: str) -> Publisher:
    from bus.amqp import Amqp  # noqa: PLC0415 # a fifth of a second that files need not wait

    try:
        return Amqp(read_broker(url))
    except ValueError as error:
        raise ValueError(f"bus.url: {error}") from None


def _webhook(url: str, secrets: Sequence[str], ca_file: Path | None) -> Publisher:
    from bus.webhook import Webhook  # noqa: PLC0415 # as above, for httpx

    try:
        receiver = read_receiver(url)
    except ValueError as error:
        raise ValueError(f"bus.url: {error}") from None
    keys = [read_secret(one) for one in secrets]
    return Webhook(receiver, Posting(ca_file=ca_file), keys=keys)


def _with_proton(url: str, ca_file: Path | None) -> Publisher:
    if lacking := lacking_for(url):
        raise ValueError(f"bus.url: {lacking}")
    from bus.amqp1.publisher import Amqp1  # noqa: PLC0415 # proton is an extra
    from bus.esb1c.front import Front  # noqa: PLC0415 # as above, for httpx

    manner = Manner(tls=ssl.create_default_context(cafile=ca_file) if ca_file else None)
    try:
        if url.startswith("amqp1"):
            return Amqp1(OpenDoor(read_node(url)), manner)
        where = read_application(url)
    except ValueError as error:
        raise ValueError(f"bus.url: {error}") from None
    return Amqp1(Front(where, manner), manner, properties=where.properties)
