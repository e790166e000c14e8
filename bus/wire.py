"""A connection to a broker that can be cut, whatever lies in its buffers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from aio_pika.connection import Connection, make_url
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from typing_extensions import override

from bus.broker import Broker
from bus.manner import Manner
from bus.mending import MendingReader


def address_of(broker: Broker, manner: Manner) -> Any:
    """Return the URL that aiormq reads, its own options among it."""
    return make_url(
        host=broker.host,
        port=broker.port,
        login=broker.user,
        password=broker.password,
        virtualhost=broker.vhost,
        ssl=broker.tls,
        heartbeat=manner.heartbeat,
    )


class Wire:
    """The transport of a connection.

    aiormq closes only after the broker has read what was written, which a stuck
    one never does. So we open the transport for it, and keep it.
    """

    def __init__(self, broker: Broker, manner: Manner) -> None:
        self._manner = manner
        self._transport: asyncio.WriteTransport | None = None
        self.connection = Connection(
            address_of(broker, manner),
            ssl_context=manner.tls,
            client_properties={"connection_name": "zayavka"},
        )
        self.connection.kwargs["transport_factory"] = self

    async def create(
        self, url: Any, *, ssl_context_provider: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Do what aiormq asks of its TransportFactory."""
        tls = None
        if url.scheme == "amqps":
            tls = await ssl_context_provider.get_context()
        reader, writer = await asyncio.open_connection(url.host, url.port, ssl=tls)
        self._transport = writer.transport
        return reader, writer

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def is_blocked(self) -> bool:
        """Say whether the broker reads nothing more from who publishes."""
        if self.connection.transport is None:
            return False
        ready = asyncio.ensure_future(self.connection.transport.ready())
        try:
            _, waiting = await asyncio.wait([ready], timeout=self._manner.at_once)
        finally:
            ready.cancel()
        return bool(waiting)

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    @contextlib.contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Cut it if what is done meanwhile takes longer."""
        timer = asyncio.get_running_loop().call_later(seconds, self.cut)
        try:
            yield
        finally:
            timer.cancel()

    async def close(self) -> None:
        """Take leave, for a bounded time."""
        with (
            self.cut_after(self._manner.close),
            contextlib.suppress(*CONNECTION_EXCEPTIONS),  # nothing is left to lose
        ):
            await self.connection.close()


class MendingWire(Wire):
    """A wire for who reads from queues: nothing that a sender chose can break it."""

    @override
    async def create(self, url: Any, *, ssl_context_provider: Any) -> Any:
        reader, writer = await super().create(
            url, ssl_context_provider=ssl_context_provider
        )
        return MendingReader(reader), writer
