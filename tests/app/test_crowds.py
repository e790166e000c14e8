"""A domain that answers slowly holds up its own mails, and no other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from typing_extensions import override

from app.crowds import Crowds
from app.mailing import Mailing
from mail.sending.link import Manner
from mail.sending.relay import relay_from
from mail.sending.send import SmtpRelay
from mail.sending.server import Server
from scheduler.drain import Drain
from scheduler.relay import Relay
from storage.store import Places
from tests.app.workshop import Workshop, add_mailing, run
from tests.mail.sink import Script, Sink
from tickets.sending import Sent

MANNER = Manner(max_connections=4, per_domain=2, seconds=30.0, final_seconds=30.0)


class Slow(Script):
    """Has no answer for recipients of one domain until the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.stalled = self.most = 0


class Stalling(Sink):
    """A server that reads such a script."""

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        script = self.script
        assert isinstance(script, Slow)
        if "@slow.example" in (arg or ""):
            script.stalled += 1
            script.most = max(script.most, script.stalled)
            await script.gate.wait()
            script.stalled -= 1
        await super().smtp_RCPT(arg)


@asynccontextmanager
async def stalling() -> AsyncIterator[Slow]:
    script = Slow()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Stalling(script, loop=loop, hostname="sink.example"), "127.0.0.1", 0
    )
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        script.gate.set()
        server.close()
        for transport in script.open:
            transport.close()
        await asyncio.sleep(0.01)  # for the loop to let go of them


def taken(script: Script) -> Counter[str]:
    to = (mail.rcpt_tos[0].rpartition("@")[2] for mail in script.mails)
    return Counter(to)


def test_one_domain_has_so_many_connections_and_the_others_the_rest() -> None:
    async def scene() -> None:
        async with stalling() as script:
            relay = SmtpRelay(
                Server(scheme="smtp", host="127.0.0.1", port=script.port), MANNER
            )
            send = [
                asyncio.create_task(
                    relay.send("desk@example.org", f"{n}@slow.example", b"x\r\n")
                )
                for n in range(6)
            ]
            await until(lambda: script.stalled == 2)
            for n in range(5):
                answer = await asyncio.wait_for(
                    relay.send("desk@example.org", f"{n}@quick.example", b"x\r\n"), 5
                )
                assert isinstance(answer, Sent)
            assert script.most == 2
            script.gate.set()
            for task in send:
                assert isinstance(await task, Sent)
            assert taken(script) == {"quick.example": 5, "slow.example": 6}
            assert script.connections <= MANNER.max_connections
            assert relay._turns._queues == {}
            await relay.close()

    asyncio.run(scene())


def test_a_full_backlog_of_one_domain_lets_the_others_leave(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with stalling() as script:
            for n in range(12):
                shop.keep(f"s{n}", letter(n, "slow"), sender=f"{n}@slow.example")
            for n in range(3):
                shop.keep(f"q{n}", letter(n, "quick"), sender=f"{n}@quick.example")
            await shop.settle()
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            drain = draining(shop)
            running = asyncio.create_task(drain.run())
            await until(lambda: taken(script)["quick.example"] == 3)
            assert taken(script)["slow.example"] == 0
            assert script.most == 2
            script.gate.set()
            await until(lambda: taken(script)["slow.example"] == 12)
            drain.stop()
            await running
            await relay.close()
        assert shop.states("accepted") == ["sent"] * 15

    run(places, scene)


def draining(shop: Workshop) -> Drain[Any]:
    """Return a loop that has six mails in hand, three to a domain."""
    source = shop.sources.pop()
    assert isinstance(source, Relay)
    mailing = source.outbox
    assert isinstance(mailing, Mailing)
    mailing.crowds = Crowds(most=3)
    drain: Drain[Any] = Drain(name="mail", source=source, room=6, poll=0.2)
    mailing.wake = drain.wake.set
    return drain


def letter(number: int, kind: str) -> bytes:
    return (
        f"From: {number}@{kind}.example\r\nTo: support@example.org\r\n"
        f"Subject: {kind} {number}\r\nMessage-ID: <{number}@{kind}.example>\r\n\r\n"
        "Hello\r\n"
    ).encode()


async def until(true: Callable[[], bool]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110 # looks at a server from outside
                await asyncio.sleep(0.01)
    assert true()
