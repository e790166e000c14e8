"""The consumers there are, chosen by URL."""

from __future__ import annotations

from bus.broker import READABLE, read_broker
from bus.door import Consumer


def consumer_from(url: str, queue: str) -> Consumer:
    """Return the consumer of a queue; ValueError names the schemes there are.

    Nothing is opened before it is asked to.
    """
    scheme = url.partition(":")[0]
    if scheme not in READABLE:
        raise ValueError(
            f"bus.commands: from {scheme!r} no commands can be read; "
            f"from these they can: {', '.join(READABLE)}"
        )
    from bus.queue import RabbitQueue  # noqa: PLC0415 # as bus.publishers does

    return RabbitQueue(read_broker(url), queue)
