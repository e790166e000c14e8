"""The publishers there are, chosen by URL."""

from __future__ import annotations

from pathlib import Path

from bus.broker import read_broker
from bus.file import JsonLines
from bus.targets import Publisher


def publisher_from(url: str) -> Publisher:
    """Return the publisher for a URL; ValueError names the schemes there are.

    Nothing is opened before the first event. A ``file:`` path is taken as it is:
    relative ones were resolved by whoever read the configuration.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file" and rest.startswith("//") and not rest.startswith("///"):
        raise ValueError("bus.url: a file is on this machine: file:/path or file:path")
    if scheme == "file" and rest:
        return JsonLines(Path(rest.removeprefix("//")))
    if scheme in {"amqp", "amqps"}:
        return _rabbit(url)
    raise ValueError(
        f"bus.url: {scheme!r} is not a kind of bus; there are file:PATH and "
        "amqp(s)://USER:PASSWORD@HOST/VHOST?exchange=NAME"
    )


def _rabbit(url: str) -> Publisher:
    from bus.amqp import Amqp  # noqa: PLC0415 # a fifth of a second that files need not wait

    try:
        return Amqp(read_broker(url))
    except ValueError as error:
        raise ValueError(f"bus.url: {error}") from None
