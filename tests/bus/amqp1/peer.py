"""A server of AMQP 1.0 that answers as it is told, as RabbitMQ does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from proton import (
    Collector,
    Condition,
    Connection,
    Delivery,
    Event,
    Message,
    Receiver,
    Sender,
    Transport,
)
from typing_extensions import override


@dataclass(kw_only=True)
class Script:
    """How the server behaves.

    To who sends: ``outcome`` gives the disposition of a message, a condition to
    reject it with, or None for silence. ``ends`` closes the link, or the connection
    if ``wholly``, when a message comes. To who receives: ``gives`` are
    encoded messages, which come again when they are rejected if it ``insists``.
    ``refuses`` answers the attach.
    """

    outcome: Callable[[Message], int | Condition | None] = lambda _: Delivery.ACCEPTED
    credit: int = 100
    refuses: Condition | None = None
    ends: Callable[[Message], Condition | None] = lambda _: None
    wholly: bool = False
    is_mute: bool = False
    taken: list[bytes] = field(default_factory=list)
    opened: list[tuple[str | None, int, int]] = field(default_factory=list)
    owed: list[Delivery] = field(default_factory=list)
    gives: list[bytes] = field(default_factory=list)
    insists: bool = False
    most: int = 0  # in hand at once
    settled: list[tuple[int, str]] = field(default_factory=list)


class Peer(asyncio.Protocol):
    """One connection of the server."""

    def __init__(self, script: Script, peers: list[Peer]) -> None:
        self._script = script
        self._collector = Collector()
        self._connection = Connection()
        self._connection.collect(self._collector)
        self._engine = Transport(mode=Transport.SERVER)
        self._engine.sasl().allowed_mechs("ANONYMOUS")
        self._engine.bind(self._connection)
        self._given: dict[str, tuple[Delivery, bytes]] = {}
        peers.append(self)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.socket = cast(asyncio.Transport, transport)

    @override
    def data_received(self, data: bytes) -> None:
        while data and (room := self._engine.capacity()) > 0:
            self._engine.push(data[:room])
            data = data[room:]
            while event := self._collector.peek():
                self._take(event)
                self._collector.pop()
        self.flush()

    def flush(self) -> None:
        while (size := self._engine.pending()) > 0:
            self.socket.write(self._engine.peek(size) or b"")
            self._engine.pop(size)

    def _take(self, event: Any) -> None:
        if event.sender is not None:
            self._take_of_receiver(event.sender, event)
            return
        match event.type:
            case Event.CONNECTION_REMOTE_OPEN:
                self._script.opened.append(
                    (
                        self._connection.remote_hostname,
                        self._engine.remote_max_frame_size,
                        self._engine.remote_channel_max,
                    )
                )
                self._connection.open()
            case Event.SESSION_REMOTE_OPEN:
                event.session.open()
            case Event.LINK_REMOTE_OPEN:
                self._attach(event.receiver)
            case Event.DELIVERY if event.delivery.readable:
                self._receive(event.receiver, event.delivery)
            case Event.CONNECTION_REMOTE_CLOSE:
                self._connection.close()
            case _:
                pass

    def _attach(self, receiver: Receiver) -> None:
        if self._script.is_mute:
            return
        if self._script.refuses is not None:
            receiver.open()  # without a target
            receiver.condition = self._script.refuses
            receiver.close()
            return
        receiver.target.copy(receiver.remote_target)
        receiver.open()
        receiver.flow(self._script.credit)

    def _take_of_receiver(self, sender: Sender, event: Any) -> None:
        match event.type:
            case Event.LINK_REMOTE_OPEN:
                self._offer(sender)
            case Event.LINK_FLOW:
                self._give(sender)
            case Event.DELIVERY:
                self._note(sender, event.delivery)
            case _:
                pass

    def _offer(self, sender: Sender) -> None:
        if self._script.is_mute:
            return
        if self._script.refuses is not None:
            sender.open()  # without a source
            sender.condition = self._script.refuses
            sender.close()
            return
        sender.source.copy(sender.remote_source)
        sender.open()

    def _give(self, sender: Sender) -> None:
        while sender.credit > 0 and self._script.gives:
            encoded = self._script.gives.pop(0)
            delivery = sender.delivery(sender.delivery_tag())
            self._given[delivery.tag] = delivery, encoded
            in_hand = sum(not one.remote_state for one, _ in self._given.values())
            self._script.most = max(self._script.most, in_hand)
            sender.stream(encoded)
            sender.advance()

    def _note(self, sender: Sender, delivery: Delivery) -> None:
        _, encoded = self._given.pop(delivery.tag)
        condition = delivery.remote.condition
        words = f"{condition.name}: {condition.description}" if condition else ""
        self._script.settled.append((delivery.remote_state, words))
        if self._script.insists and delivery.remote_state == Delivery.REJECTED:
            self._script.gives.insert(0, encoded)
        delivery.settle()
        self._give(sender)

    def _receive(self, receiver: Receiver, delivery: Delivery) -> None:
        if delivery.partial:
            return
        message = Message()
        message.decode(receiver.recv(delivery.pending) or b"")
        receiver.advance()
        if condition := self._script.ends(message):
            end = self._connection if self._script.wholly else receiver
            end.condition = condition
            end.close()
            return
        outcome = self._script.outcome(message)
        if outcome is None:
            self._script.owed.append(delivery)
            return
        if isinstance(outcome, Condition):
            delivery.local.condition = outcome
            outcome = Delivery.REJECTED
        if outcome == Delivery.ACCEPTED:
            self._script.taken.append(body_of(message))
        delivery.update(outcome)
        delivery.settle()


def body_of(message: Message) -> bytes:
    """Return the bytes of a data section."""
    assert isinstance(message.body, bytes | memoryview)
    return bytes(message.body)


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[tuple[int, list[Peer]]]:
    """Serve it; give its port and the connections that came."""
    peers: list[Peer] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Peer(script, peers), "127.0.0.1", 0)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1], peers
        finally:
            for peer in peers:
                peer.socket.abort()
