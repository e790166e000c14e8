"""No client, and no crowd of them, takes more from the door than the limits say."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from mail.door import connection
from mail.door.bounds import Patience
from mail.door.origin import LOOPBACK, Network
from mail.door.refusals import Refusal
from mail.door.smtp import Limits
from tests.mail.keeping import LOOPS, Client, MemoryKeeper, client_of, open_door, run
from tests.mail.test_smtp_clients import until

BOTH_LOOPS = pytest.mark.parametrize("loop", LOOPS)
TOO_SLOW = "421 4.4.2 Too slow, closing"
KILO = b"x" * 998 + b"\r\n"


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        pytest.param("max_connections", Refusal.CROWDED, id="in all"),
        pytest.param("max_per_address", Refusal.CROWDED_ADDRESS, id="an address"),
        pytest.param("max_per_network", Refusal.CROWDED_NETWORK, id="a network"),
    ],
)
def test_connections_are_counted(limit: str, refusal: Refusal) -> None:
    async def main() -> None:
        counted: dict[str, Any] = {limit: 2}
        async with open_door(limits=Limits(trusted=(), **counted)) as door:
            async with client_of(door.port), client_of(door.port):
                async with client_of(door.port, greeted=False) as third:
                    assert await third.line() == refusal
                    assert await third.line() == ""
                assert door.connections == 2
                assert door.refused == {refusal: 1}
            await until(lambda: door.connections == 0)
            async with client_of(door.port) as client:
                assert await client.deliver(b"body") == "250 2.0.0 Kept"

    run(main())


@BOTH_LOOPS
def test_mail_in_flight_is_bounded_and_others_hear_452(loop: str) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        limits = Limits(max_size=400_000, max_in_flight_bytes=1_000_000)
        async with open_door(keeper, limits=limits) as door, AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(client_of(door.port)) for _ in range(5)
            ]
            for client in clients:
                await client.until_data()
                await client.send(KILO * 300)
            await until(lambda: door.room.in_flight_bytes == 900_000)
            for client in clients:
                await client.send(b".\r\n")
            replies = [await client.reply() for client in clients]
            assert sum(reply.startswith("250") for reply in replies) == 3
            assert sum(reply.startswith("452 4.3.1") for reply in replies) == 2
            assert door.room.in_flight_bytes == 0
            assert await clients[-1].deliver(b"body") == "250 2.0.0 Kept"

    run(main(), loop)


def test_mails_being_kept_count_as_in_flight() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.gate = asyncio.Event()
        limits = Limits(max_size=2000, max_in_flight_bytes=2000)
        async with (
            open_door(keeper, limits=limits) as door,
            client_of(door.port) as first,
            client_of(door.port) as second,
        ):
            await first.until_data()
            await first.send(KILO + b".\r\n")
            await until(lambda: keeper.started)
            await second.ask("EHLO client.example")
            reply = await second.ask("MAIL FROM:<> SIZE=1500")
            assert reply.startswith("452 4.3.1")
            keeper.gate.set()
            assert await first.reply() == "250 2.0.0 Kept"
            assert (await second.ask("MAIL FROM:<> SIZE=1500")).startswith("250")

    run(main())


@pytest.mark.parametrize("trusted", [LOOPBACK, ()])
def test_the_largest_mail_fits_into_a_door_for_one(
    trusted: tuple[Network, ...],
) -> None:
    async def main() -> None:
        limits = Limits(max_size=1000, max_in_flight_bytes=1000, trusted=trusted)
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await client.until_data()
            await client.send(b"x" * 998 + b"\r\n.\r\n")
            assert await client.reply() == "250 2.0.0 Kept"

    run(main())


def test_a_crowded_door_invites_no_data() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.gate = asyncio.Event()
        limits = Limits(max_size=1000, max_in_flight_bytes=1003)
        async with (
            open_door(keeper, limits=limits) as door,
            client_of(door.port) as first,
            client_of(door.port) as second,
        ):
            await first.until_data()
            await first.send(KILO + b".\r\n")
            await until(lambda: keeper.started)
            assert (await second.until_data()).startswith("452 4.3.1")
            keeper.gate.set()

    run(main())


def test_a_client_that_never_stops_a_mail_too_big_is_cut() -> None:
    async def main() -> None:
        limits = Limits(max_size=10_000)
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await client.until_data()
            await client.send(KILO * 200)
            assert (await client.line()).startswith("552 5.3.4")
            await until(lambda: door.connections == 0)
            assert door.room.in_flight_bytes == 0

    run(main())


async def drip(client: Client, data: bytes, seconds: float = 0.02) -> None:
    try:
        while True:
            await client.send(data)
            await asyncio.sleep(seconds)
    except ConnectionError:
        return  # cut, as it should be


async def cut_while_dripping(client: Client, data: bytes, ignoring: str = "") -> None:
    dripping = asyncio.create_task(drip(client, data))
    while (line := await client.line()) == ignoring:
        pass
    assert line == TOO_SLOW
    dripping.cancel()
    await asyncio.wait({dripping})


@BOTH_LOOPS
def test_a_command_that_drips_is_cut(loop: str) -> None:
    async def main() -> None:
        limits = Limits(patience=Patience(command_seconds=0.2))
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await cut_while_dripping(client, b"E")
            assert door.refused == {Refusal.SLOW: 1}

    run(main(), loop)


@BOTH_LOOPS
def test_a_drip_of_noops_is_cut(loop: str) -> None:
    async def main() -> None:
        limits = Limits(patience=Patience(session_seconds=0.3))
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await cut_while_dripping(client, b"NOOP\r\n", ignoring="250 2.0.0 OK")

    run(main(), loop)


@BOTH_LOOPS
def test_a_mail_that_drips_is_cut(loop: str) -> None:
    async def main() -> None:
        limits = Limits(min_bytes_per_second=500, rate_grace_seconds=0.2)
        keeper = MemoryKeeper()
        async with (
            open_door(keeper, limits=limits) as door,
            client_of(door.port) as client,
        ):
            await client.until_data()
            await cut_while_dripping(client, b"x")
            await until(lambda: door.connections == 0)
            await asyncio.sleep(0)
            assert door.room.in_flight_bytes == 0
            assert keeper.started == 0

    run(main(), loop)


def test_a_mail_that_comes_steadily_is_not_cut() -> None:
    async def main() -> None:
        limits = Limits(
            min_bytes_per_second=500,
            rate_grace_seconds=0.1,
            patience=Patience(command_seconds=2),
        )
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await client.until_data()
            for _ in range(10):
                await client.send(b"x" * 100)
                await asyncio.sleep(0.03)
            await client.send(b"\r\n.\r\n")
            assert await client.reply() == "250 2.0.0 Kept"

    run(main())


def test_a_mail_that_stops_in_the_middle_is_cut() -> None:
    async def main() -> None:
        limits = Limits(patience=Patience(command_seconds=0.2))
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await client.until_data()
            await client.send(KILO * 100)
            assert await client.line() == TOO_SLOW

    run(main())


def test_a_slow_keeper_is_not_the_clients_fault() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.gate = asyncio.Event()
        limits = Limits(
            patience=Patience(command_seconds=0.05, session_seconds=0.05),
            rate_grace_seconds=0.05,
        )
        async with (
            open_door(keeper, limits=limits) as door,
            client_of(door.port) as client,
        ):
            asyncio.get_running_loop().call_later(0.3, keeper.gate.set)
            assert await client.deliver(b"body") == "250 2.0.0 Kept"

    run(main())


def test_an_accepted_mail_renews_the_session() -> None:
    async def main() -> None:
        limits = Limits(patience=Patience(session_seconds=0.6))
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            for _ in range(4):
                assert await client.deliver(b"body") == "250 2.0.0 Kept"
                await asyncio.sleep(0.25)

    run(main())


@BOTH_LOOPS
def test_a_client_that_does_not_read_is_cut(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_LAST_WORDS", 0.1)

    async def main() -> None:
        limits = Limits(patience=Patience(command_seconds=0.2))
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            cast("asyncio.Transport", client.writer.transport).pause_reading()
            sending = asyncio.create_task(
                drip(client, b"EHLO x\r\n" + b"RCPT x\r\n" * 10_000, 0)
            )
            await until(lambda: door.connections == 0)
            sending.cancel()
            await asyncio.wait({sending})

    run(main(), loop)


def test_a_room_smaller_than_a_mail_is_no_setting() -> None:
    with pytest.raises(ValueError, match="max_in_flight_bytes = 1 is less"):
        Limits(max_in_flight_bytes=1)
