"""What a disposition, or a link that ends, means for an event."""

from __future__ import annotations

from typing import Final

from proton import Condition, Delivery

from bus.amqp1.wire import said
from tickets.sending import Answer, Later, Never, Sent

#: Conditions that speak of the message itself: another try would end the same.
FINAL: Final = frozenset(
    {
        "amqp:link:message-size-exceeded",
        "amqp:precondition-failed",  # RabbitMQ: larger than its max_message_size
        "amqp:decode-error",
        "amqp:invalid-field",
    }
)


def meaning(delivery: Delivery, *, receipt: str) -> Answer:
    """Return the answer that a disposition gives."""
    match delivery.remote_state:
        case Delivery.ACCEPTED:
            return Sent(receipt)
        case Delivery.REJECTED:
            return refused(delivery.remote.condition)
        case Delivery.RELEASED:
            return Later("released: no queue takes it now")
        case Delivery.MODIFIED:
            return Later("modified: the bus could not keep it now")
        case other:
            return Later(f"the bus answered {other} and did not accept it")


def refused(condition: Condition | None) -> Later | Never:
    """Return what a rejection means.

    Full queues and missing rights are mended while we wait, and a rejection may come
    without a reason (a full queue of RabbitMQ): only a fault of the message is final.
    """
    if condition is None:
        return Later("rejected without a reason: perhaps a queue is full")
    if condition.name in FINAL:
        return Never(f"rejected: {said(condition)}")
    return Later(f"rejected: {said(condition)}")
