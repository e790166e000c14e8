"""The publishers there are, chosen by URL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bus.broker import read_broker
from bus.file import JsonLines
from bus.manner import Posting
from bus.receiver import read_receiver
from bus.signing import read_secret
from bus.targets import Publisher


def publisher_from(
    url: str, *, secrets: Sequence[str] = (), ca_file: Path | None = None
) -> Publisher:
    """Return the publisher for a URL; ValueError names the schemes there are.

    Nothing is opened before the first event. A ``file:`` path is taken as it is:
    relative ones were resolved by whoever read the configuration. ``secrets`` and
    ``ca_file`` are for HTTP.
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
    raise ValueError(
        f"bus.url: {scheme!r} is not a kind of bus; there are file:PATH, "
        "amqp(s)://USER:PASSWORD@HOST/VHOST?exchange=NAME and http(s)://HOST/PATH"
    )


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
