"""A crowd leaves the door open for others, and everybody in it must hurry."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from structlog.testing import capture_logs

from mail.door import connection
from mail.door.bounds import Patience
from mail.door.refusals import Refusal
from mail.door.smtp import Door, Limits
from tests.mail.keeping import LOOPS, MemoryKeeper, client_of, open_door, run
from tests.mail.test_smtp_clients import until
from tests.mail.test_smtp_limits import KILO, cut_while_dripping

BOTH_LOOPS = pytest.mark.parametrize("loop", LOOPS)
OPEN = Limits(trusted=(), connections_a_minute=0, mails_a_minute=0)
FLOOD = 10_000


async def stay(stack: AsyncExitStack, door: Door, at: str) -> str:
    """Connect and stay; return the first line."""
    client = client_of(door.port, greeted=False, at=at)
    return await (await stack.enter_async_context(client)).line()


@contextmanager
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 16_384)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def flood(port: int) -> list[socket.socket]:
    """Connect from one network and hold on, whatever the door says."""
    return [
        socket.create_connection(
            ("127.0.0.1", port), timeout=20, source_address=(f"127.0.7.{one % 250}", 0)
        )
        for one in range(FLOOD)
    ]


@pytest.mark.parametrize("loop", ["uvloop"])
def test_ten_thousand_connections_of_one_network_leave_the_door_open(
    loop: str,
) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        limits = replace(OPEN, max_per_address=5)
        async with open_door(keeper, limits=limits) as door:
            held = await asyncio.to_thread(flood, door.port)
            await until(lambda: sum(door.refused.values()) == FLOOD - 100)
            assert door.room.connections == limits.max_per_network == 100
            async with client_of(door.port, at="127.0.8.1") as client:
                assert await client.deliver(b"body") == "250 2.0.0 Kept"
            for one in held:
                one.close()
            await until(lambda: door.connections == 0)
            assert not door.room._by_address
            assert not door.room._by_network

    with many_files(), capture_logs() as logs:
        run(main(), loop)
    (told,) = logs
    assert told["network"] == "127.0.7.0/24"


def test_in_a_crowd_the_last_places_are_for_networks_that_hold_few() -> None:
    async def main() -> None:
        limits = replace(OPEN, max_connections=19, max_per_network=8)
        async with open_door(limits=limits) as door, AsyncExitStack() as stack:
            for greedy in ("127.0.1.1", "127.0.2.1"):
                for _ in range(8):
                    assert (await stay(stack, door, greedy)).startswith("220")
            assert door.room.is_crowded
            assert await stay(stack, door, "127.0.3.1") == "220 mx.desk.example ESMTP"
            assert await stay(stack, door, "127.0.2.2") == Refusal.CROWDED_NETWORK

    run(main())


def test_the_last_places_of_all_are_for_trusted_networks() -> None:
    async def main() -> None:
        trusted = (IPv4Network("127.0.9.0/24"),)
        limits = replace(OPEN, max_connections=20, max_per_network=20, trusted=trusted)
        async with open_door(limits=limits) as door, AsyncExitStack() as stack:
            for other in range(19):
                line = await stay(stack, door, f"127.0.{100 + other}.1")
                assert line.startswith("220")
            assert await stay(stack, door, "127.0.5.1") == Refusal.CROWDED
            assert (await stay(stack, door, "127.0.9.1")).startswith("220")
            assert await stay(stack, door, "127.0.9.1") == Refusal.CROWDED

    run(main())


def test_connections_a_minute_are_counted() -> None:
    async def main() -> None:
        limits = replace(OPEN, connections_a_minute=3)
        async with open_door(limits=limits) as door:
            for _ in range(3):
                async with client_of(door.port) as client:
                    await client.ask("QUIT")
            async with client_of(door.port, greeted=False) as fourth:
                assert await fourth.line() == Refusal.HASTY_ADDRESS
            async with client_of(door.port, at="127.0.0.2") as other:
                assert (await other.ask("NOOP")).startswith("250")

    run(main())


@BOTH_LOOPS
def test_who_idles_in_a_crowd_is_cut(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_GLANCE", 0.05)

    async def main() -> None:
        limits = replace(OPEN, max_connections=4, hurry=Patience(command_seconds=0.1))
        async with open_door(limits=limits) as door, AsyncExitStack() as stack:
            for other in range(3):
                assert (await stay(stack, door, f"127.0.{other}.1")).startswith("220")
            await asyncio.sleep(0.3)
            assert door.refused == {}
            async with client_of(door.port, at="127.0.8.1") as newcomer:
                await until(lambda: not door.room.is_crowded)
                assert door.refused[Refusal.SLOW]
                assert await newcomer.deliver(b"body") == "250 2.0.0 Kept"

    run(main(), loop)


@BOTH_LOOPS
def test_who_was_quick_may_not_rest_on_it(loop: str) -> None:
    async def main() -> None:
        limits = replace(
            OPEN, patience=Patience(command_seconds=0.4), rate_grace_seconds=0.1
        )
        async with open_door(limits=limits) as door, client_of(door.port) as client:
            await client.until_data()
            await client.send(KILO * 1000)  # worth half an hour at the least rate
            await cut_while_dripping(client, b"x")
            await until(lambda: door.connections == 0)
            assert door.room.in_flight_bytes == 0

    run(main(), loop)


def test_a_network_holds_half_of_the_bytes_at_most() -> None:
    async def main() -> None:
        limits = replace(OPEN, max_size=400_000, max_in_flight_bytes=1_000_000)
        async with open_door(limits=limits) as door, AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(client_of(door.port, at=at))
                for at in ("127.0.1.1", "127.0.1.2", "127.0.2.1")
            ]
            for client in clients:
                await client.until_data()
                await client.send(KILO * 300)
            await until(lambda: door.room.in_flight_bytes == 600_000)
            for client in clients:
                await client.send(b".\r\n")
            replies = [await client.reply() for client in clients]
            assert sorted(replies[:2]) == ["250 2.0.0 Kept", Refusal.IN_FLIGHT]
            assert replies[2] == "250 2.0.0 Kept"
            assert not door.room._bytes_by_network

    run(main())


def peak_of(pid: int) -> int:
    """Return how many bytes of memory a process has had at most."""
    with open(f"/proc/{pid}/status") as status:  # noqa: PTH123 # no file to resolve
        found = next(line for line in status if line.startswith("VmHWM"))
    return int(found.split()[1]) * 1024


@contextmanager
def served(limits: dict[str, int]) -> Iterator[tuple[int, int]]:
    """Run a door in a process of its own; yield its port and its id."""
    command = [sys.executable, "-m", "tests.mail.bench_smtp", "--serve", "door"]
    with subprocess.Popen(  # noqa: S603 # our own module
        [*command, "--limits", json.dumps(limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline()), server.pid
        server.communicate("")


async def pour(port: int) -> str:
    """Send 32 MB and only then the dot; return the code."""
    async with client_of(port) as client:
        await client.until_data()
        for _ in range(64):
            await client.send(KILO * 500)
        await client.send(b".\r\n")
        return (await client.reply())[:3]


def test_twenty_mails_of_32_mb_at_once_fill_no_memory() -> None:
    limits = {"max_in_flight_bytes": 64 * 1024**2, "max_size": 33_000_000}
    replies: list[str] = []

    async def main(port: int) -> None:
        replies.extend(await asyncio.gather(*(pour(port) for _ in range(20))))

    with served(limits) as (port, pid):
        before = peak_of(pid)
        run(main(port), "uvloop")
        grown = peak_of(pid) - before
    assert set(replies) == {"250", "452"}
    # What is held may be copied once while it grows, and once when it is kept.
    assert grown < 3 * limits["max_in_flight_bytes"]
