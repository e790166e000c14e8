"""What a broker's replies and its silence mean for an event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aio_pika.exceptions import (
    ChannelClosed,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
    DeliveryError,
    PublishError,
)

from bus.wording import one_line
from tickets.sending import Answer, Later, Never, Sent, Uncertain


@dataclass(frozen=True, slots=True)
class Closed:
    """The broker closed the channel over one event, and does not say over which.

    ``alone`` is the answer for an event that was the only one.
    """

    alone: Later | Never


def meaning(ended: object, *, receipt: str, silence: str) -> Answer | Closed:
    """Return what it means that a publish returned or raised this."""
    match ended:
        case asyncio.CancelledError():
            return Uncertain(silence)
        case ChannelPreconditionFailed():  # too large, or a property is wrong
            return Closed(Never(words_of(ended)))
        case ChannelClosed():
            return Closed(Later(words_of(ended)))
        case ChannelInvalidStateError():
            return Closed(Later("not sent, the channel was closed before"))
        case BaseException():
            return _meaning_of_error(ended)
        case _:
            return Sent(receipt)


def _meaning_of_error(error: BaseException) -> Answer:
    match error:
        case PublishError():
            return Later(f"no queue takes it: {words_of(error)}")
        case DeliveryError():
            # Of several queues some may have taken it.
            return Uncertain("refused by the broker (nack): a queue is full or failed")
        case _:
            return Uncertain(f"no confirm: {words_of(error)}")


def words_of(error: BaseException) -> str:
    """Return an error's own words on one line; aiormq keeps them as arguments."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = " ".join(str(one) for one in error.args) if error.args else str(error)
    return one_line(said) or type(error).__name__
