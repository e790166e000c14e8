"""Where commands come from, as a target's ``url`` and ``commands`` say it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from bus.amqp1.node import Node, read_node
from bus.broker import LONGEST_NAME, Broker, read_broker
from bus.esb1c.application import Application, read_application

#: The buses from which commands can be read.
READABLE = ("amqp", "amqps", "amqp1", "amqp1s", "esb1c+http", "esb1c+https")


@dataclass(frozen=True, kw_only=True, slots=True)
class RabbitQueueAt:
    """A queue of a RabbitMQ broker."""

    broker: Broker
    queue: str


Source: TypeAlias = RabbitQueueAt | Node | Application


def read_source(url: str, commands: str) -> Source:
    """Return where to read from; ValueError says what is wrong, and no secret."""
    match url.partition(":")[0]:
        case "amqp" | "amqps":
            return _queue(read_broker(url), commands)
        case "amqp1" | "amqp1s":
            return _node(read_node(url), commands)
        case "esb1c+http" | "esb1c+https":
            return _channel(read_application(url), commands)
        case scheme:
            raise ValueError(
                f"commands names a queue, and {scheme}: has none to read; those that "
                f"have: {', '.join(READABLE)}"
            )


def _queue(broker: Broker, queue: str) -> RabbitQueueAt:
    if not 0 < len(queue.encode()) <= LONGEST_NAME:
        raise ValueError(f"commands must name a queue in at most {LONGEST_NAME} bytes")
    return RabbitQueueAt(broker=broker, queue=queue)


def _node(node: Node, address: str) -> Node:
    if not address:
        raise ValueError("commands must name an address")
    if address == node.address:
        raise ValueError("commands names the address that our own events go to")
    return replace(node, address=address)


def _channel(application: Application, commands: str) -> Application:
    process, _, channel = commands.rpartition("/")
    if not (process and channel):
        raise ValueError("commands must be PROCESS/CHANNEL, a channel that we may read")
    if (process, channel) == (application.process, application.channel):
        raise ValueError("commands names the channel that our own events go to")
    return replace(application, process=process, channel=channel)
