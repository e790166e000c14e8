"""The consumers there are, chosen by URL."""

from __future__ import annotations

import ssl
from pathlib import Path

from bus.amqp1.node import Node, OpenDoor
from bus.door import Consumer
from bus.esb1c.application import Application
from bus.manner import Manner
from bus.publishers import lacking_for
from bus.sources import RabbitQueueAt, read_source


def consumer_from(url: str, commands: str, *, ca_file: Path | None = None) -> Consumer:
    """Return the consumer of what ``commands`` names at a URL.

    ValueError names the schemes there are. Nothing is opened before it is asked to.
    ``ca_file`` is for HTTP and AMQP 1.0.
    """
    source = read_source(url, commands)
    if isinstance(source, RabbitQueueAt):
        from bus.queue import RabbitQueue  # noqa: PLC0415 # as bus.publishers does

        return RabbitQueue(source.broker, source.queue)
    if lacking := lacking_for(url):
        raise ValueError(f"bus.commands: {lacking}")
    return _with_proton(source, ca_file)


def _with_proton(source: Node | Application, ca_file: Path | None) -> Consumer:
    from bus.amqp1.queue import Amqp1Queue  # noqa: PLC0415 # proton is an extra
    from bus.esb1c.front import Front  # noqa: PLC0415 # as bus.publishers does

    manner = Manner(tls=ssl.create_default_context(cafile=ca_file) if ca_file else None)
    if isinstance(source, Node):
        return Amqp1Queue(OpenDoor(source), manner)
    return Amqp1Queue(Front(source, manner), manner)
