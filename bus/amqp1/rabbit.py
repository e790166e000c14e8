"""RabbitMQ before 4.0 accepts by AMQP 1.0 what no queue takes: so look for the queue.

It publishes without ``mandatory``, and what cannot be routed is gone and accepted.
"""

from __future__ import annotations

from proton import Connection, Endpoint

from bus.amqp1.node import Node, Refused
from bus.amqp1.wire import Wire, said

_QUEUE = "/amq/queue/"


def needs_vouching(connection: Connection) -> bool:
    """Say whether the other side is such a RabbitMQ."""
    told = connection.remote_properties or {}
    about = {str(key): str(value) for key, value in told.items()}
    major = about.get("version", "").partition(".")[0]
    return about.get("product") == "RabbitMQ" and major in {"1", "2", "3"}


def check_source(connection: Connection, node: Node) -> None:
    """Raise ``Refused`` if to read from the address would make a queue there."""
    if needs_vouching(connection) and not node.address.startswith(_QUEUE):
        raise Refused(
            f"{node.place}: RabbitMQ before 4.0 makes a queue of its own to read "
            f"{node.address!r} from: the address must be {_QUEUE}NAME"
        )


async def find_queue(wire: Wire, node: Node) -> None:
    """Raise ``Refused`` unless the address is a queue that exists.

    A receiver that takes nothing is attached to it, in a session of its own, for
    RabbitMQ ends the session if there is no such queue.
    """
    if not node.address.startswith(_QUEUE):
        raise Refused(
            f"{node.place}: RabbitMQ before 4.0 accepts by AMQP 1.0 even what no queue "
            f"takes: the address must be {_QUEUE}NAME, or use amqp://"
        )
    session = wire.connection.session()
    receiver = session.receiver("zayavka-looks")
    receiver.source.address = node.address
    receiver.target.address = "zayavka"
    session.open()
    receiver.open()
    wire.flush()
    try:
        await wire.until(
            lambda: bool(
                receiver.state & Endpoint.REMOTE_ACTIVE
                or (session.state | receiver.state) & Endpoint.REMOTE_CLOSED
            )
        )
        if wire.trouble:
            raise Refused(f"{node.place}: {wire.trouble}")
        if condition := session.remote_condition or receiver.remote_condition:
            raise Refused(f"{node.place}: {node.address!r}: {said(condition)}")
    finally:
        session.close()
        wire.flush()
