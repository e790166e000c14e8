"""One channel to a broker, on which every event is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractExchange, HeadersType
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, DeliveryError, InvalidFrameError

from bus.broker import Broker
from bus.manner import Manner
from bus.replies import words_of
from bus.targets import Out
from bus.wire import Wire

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where to publish."""

    wire: Wire
    channel: AbstractChannel
    exchange: AbstractExchange


class LinkError(Exception):
    """Nothing can be sent to the broker now; the text says why."""


class Link:
    """A channel that carries waves one after another until something fails."""

    def __init__(self, broker: Broker, manner: Manner, place: _Place) -> None:
        self._broker = broker
        self._manner = manner
        self._wire = place.wire
        self._channel = place.channel
        self._exchange = place.exchange
        self._failed = False

    @classmethod
    async def open(cls, broker: Broker, manner: Manner) -> Self:
        """Connect, log in and find the exchange; raise ``LinkError``."""
        wire = Wire(broker, manner)
        try:
            async with asyncio.timeout(manner.open):
                with wire.cut_after(manner.open):
                    place = await _find(wire, broker.exchange)
        except CONNECTION_EXCEPTIONS as error:
            await wire.close()
            raise LinkError(trouble(broker, error)) from error
        except BaseException:
            wire.cut()
            await wire.close()
            raise
        return cls(broker, manner, place)

    @property
    def is_usable(self) -> bool:
        return not (self._failed or self._channel.is_closed) and self._wire.is_open

    async def is_blocked(self) -> bool:
        return await self._wire.is_blocked()

    async def send(self, wave: Sequence[Out]) -> list[object]:
        """Publish all and wait for all; return what each ended with.

        That is an exception, CancelledError if the time was over, or anything else
        if it was confirmed. After an exception the link is not usable, but for a
        refusal (DeliveryError) and while the broker is blocking: what waits on this
        connection must be read before any repeat of it.
        """
        tasks = [asyncio.create_task(self._publish(out)) for out in wave]
        try:
            await asyncio.wait(tasks, timeout=self._manner.confirm)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        failed = any(
            isinstance(one, BaseException) and not isinstance(one, DeliveryError)
            for one in ended
        )
        self._failed = failed and not await self.is_blocked()
        return list(ended)

    async def _publish(self, out: Out) -> object:
        key = self._broker.key_of(out.type)
        return await self._exchange.publish(message_of(out), key, mandatory=True)

    async def close(self) -> None:
        await self._wire.close()


def message_of(out: Out) -> Message:
    """Return an event as RabbitMQ carries it.

    The headers repeat what is in the body, to route by: ``partitionkey`` keeps a
    stream together.
    """
    return Message(
        out.body,
        message_id=out.event_id,
        type=out.type,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        app_id="zayavka",
        headers=_headers(out),
    )


def _headers(out: Out) -> HeadersType:
    headers: HeadersType = {"type": out.type, "partitionkey": out.key}
    return {**headers, "sequence": f"{out.seq:010}"} if out.seq else headers


def trouble(broker: Broker, error: BaseException) -> str:
    """Return in words why a broker cannot be used."""
    words = words_of(error)
    if isinstance(error, InvalidFrameError) and "Connection.Close" in words:
        # aiormq keeps the broker's own words to itself
        words = f"virtual host {broker.vhost!r} is absent, full or not for this user"
    return f"{broker.address}: {words}"


async def _find(wire: Wire, name: str) -> _Place:
    """Connect and find the exchange, which is not made if it is absent."""
    await wire.connection.connect()
    channel = wire.connection.channel(
        publisher_confirms=True,
        on_return_raises=True,  # else what no queue takes looks like confirmed
    )
    await channel.initialize()
    exchange = channel.default_exchange
    if name:
        exchange = await channel.get_exchange(name, ensure=True)
    return _Place(wire=wire, channel=channel, exchange=exchange)
