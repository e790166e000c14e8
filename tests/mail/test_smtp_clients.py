"""What the door does when clients leave, start TLS, meet our trouble or our end."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from mail.door.bounds import Patience
from mail.door.refusals import Refusal
from mail.door.smtp import Door, Limits
from tests.mail.keeping import (
    LOOPS,
    NOON,
    Client,
    MemoryKeeper,
    client_of,
    open_door,
    run,
)
from tests.mail.sink import certificate, client_tls

BOTH_LOOPS = pytest.mark.parametrize("loop", LOOPS)


def reset(client: Client) -> None:
    """Break the connection as a crashed machine does."""
    linger = struct.pack("ii", 1, 0)
    wire = client.writer.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    client.writer.transport.abort()


async def until(truth: Callable[[], object]) -> None:
    while not truth():  # noqa: ASYNC110 # the door tells nobody
        await asyncio.sleep(0.005)


def test_a_mail_comes_with_its_envelope() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        async with open_door(keeper) as door, client_of(door.port) as client:
            assert await client.deliver(b"body") == "250 2.0.0 Kept"
            (mail,) = keeper.mails
            assert mail.mail_from == "ann@partner.example"
            assert mail.rcpt_tos == ("help@desk.example",)
            assert mail.content == b"body\r\n"
            assert mail.helo == "client.example"
            assert mail.received_at == NOON
            host, port = client.writer.get_extra_info("sockname")
            assert mail.peer == f"{host}:{port}"
            assert (door.kept, door.accepted_250, door.connections) == (1, 1, 1)

    run(main())


@BOTH_LOOPS
@pytest.mark.parametrize("how", ["close", "reset"])
def test_who_leaves_after_the_final_dot_does_not_undo_the_commit(
    how: str, loop: str
) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.gate = asyncio.Event()
        async with open_door(keeper) as door:
            async with client_of(door.port) as client:
                await client.until_data()
                await client.send(b"body\r\n.\r\n")
                await until(lambda: keeper.started)
                if how == "reset":
                    reset(client)
            await until(lambda: how == "close" or door.connections == 0)
            keeper.gate.set()
            await until(lambda: door.kept)
            assert len(keeper.mails) == 1
            await until(lambda: door.connections == 0)
            assert door.room.in_flight_bytes == 0

    run(main(), loop)


@BOTH_LOOPS
@pytest.mark.parametrize("how", ["close", "reset"])
def test_who_leaves_within_the_mail_leaves_nothing(how: str, loop: str) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        async with open_door(keeper) as door:
            async with client_of(door.port) as client:
                await client.until_data()
                await client.send(b"half a mail\r\n.")
                await until(lambda: door.room.in_flight_bytes)
                if how == "reset":
                    reset(client)
            await until(lambda: door.connections == 0)
            await asyncio.sleep(0)
            assert door.room.in_flight_bytes == 0
            assert keeper.started == 0

    run(main(), loop)


@BOTH_LOOPS
def test_who_closes_only_its_own_side_still_hears_250(loop: str) -> None:
    async def main() -> None:
        async with open_door() as door, client_of(door.port) as client:
            await client.until_data()
            client.writer.write(b"body\r\n.\r\n")
            client.writer.write_eof()
            assert await client.reply() == "250 2.0.0 Kept"
            assert await client.line() == ""

    run(main(), loop)


@BOTH_LOOPS
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_mail_may_come_in_pieces(size: int, loop: str) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        body = b"..line\r\n" * (3 if size < 100 else 3000)
        async with open_door(keeper) as door, client_of(door.port) as client:
            await client.until_data()
            whole = body + b".\r\nNOOP\r\n"
            for start in range(0, len(whole), size):
                await client.send(whole[start : start + size])
                await asyncio.sleep(0)
            assert await client.reply() == "250 2.0.0 Kept"
            assert await client.reply() == "250 2.0.0 OK"
            assert keeper.mails[0].content == body.replace(b"..", b".")

    run(main(), loop)


def test_trouble_of_ours_is_logged_and_not_told() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.error = KeyError("secret")
        async with open_door(keeper) as door, client_of(door.port) as client:
            reply = await client.deliver(b"body")
            assert reply.startswith("451 4.3.0")
            assert "secret" not in reply
            assert door.refused == {Refusal.NOT_KEPT: 1}
            assert door.room.in_flight_bytes == 0

    with capture_logs() as logs:
        run(main())
    (event,) = [log for log in logs if log["log_level"] == "error"]
    assert event["event"] == "smtp.not_kept"
    assert "body" not in str(event)


def test_a_rule_that_fails_is_answered_with_451() -> None:
    def fails(address: str) -> bool:
        raise LookupError(address)

    async def main() -> None:
        async with open_door(accepts=fails) as door, client_of(door.port) as client:
            await client.ask("EHLO client.example")
            await client.ask("MAIL FROM:<>")
            reply = await client.ask("RCPT TO:<help@desk.example>")
            assert reply == "451 4.3.0 Trouble on our side, try again later"

    with capture_logs() as logs:
        run(main())
    assert logs[0]["event"] == "smtp.failed"
    assert "help@desk.example" not in str({**logs[0], "exc_info": None})


@BOTH_LOOPS
def test_starttls_begins_a_new_session(loop: str) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        async with (
            open_door(keeper, tls=certificate()) as door,
            client_of(door.port) as client,
        ):
            await client.send(b"EHLO client.example\r\n")
            offered = [await client.line() for _ in range(7)]
            assert "250 STARTTLS" in offered
            assert await client.ask("STARTTLS") == "220 2.0.0 Ready to start TLS"
            await client.writer.start_tls(client_tls(), server_hostname="localhost")
            assert (await client.ask("MAIL FROM:<>")).startswith("503")
            assert (await client.ask("STARTTLS")).startswith("503")
            assert await client.ask("EHLO client.example") == "250 PIPELINING"
            assert await client.deliver(b"x" * 500_000) == "250 2.0.0 Kept"
            assert await client.ask("QUIT") == "221 2.0.0 Bye"
            assert len(keeper.mails[0].content) == 500_002
            await until(lambda: door.connections == 0)

    run(main(), loop)


@BOTH_LOOPS
def test_a_failed_handshake_leaves_no_trace(loop: str) -> None:
    async def main() -> None:
        async with (
            open_door(tls=certificate()) as door,
            client_of(door.port) as client,
        ):
            await client.ask("EHLO client.example")
            await client.ask("STARTTLS")
            await client.send(b"this is no TLS\r\n" * 10)
            await until(lambda: door.connections == 0)

    run(main(), loop)


@BOTH_LOOPS
@pytest.mark.parametrize("end", ["client leaves", "door stops", "too slow"])
def test_a_handshake_that_never_ends_leaves_no_trace(end: str, loop: str) -> None:
    async def main() -> None:
        seconds = 0.1 if end == "too slow" else 60
        limits = Limits(patience=Patience(command_seconds=seconds))
        async with (
            open_door(tls=certificate(), limits=limits) as door,
            client_of(door.port) as client,
        ):
            await client.ask("EHLO client.example")
            await client.ask("STARTTLS")
            if end == "client leaves":
                client.writer.close()
            elif end == "door stops":
                await door.stop(grace=0.05)
            await until(lambda: door.connections == 0)

    run(main(), loop)


@BOTH_LOOPS
def test_clients_that_leave_at_once_leave_no_trace(loop: str) -> None:
    troubles: list[object] = []

    async def main() -> None:
        running = asyncio.get_running_loop()
        running.set_exception_handler(lambda _, context: troubles.append(context))
        async with open_door() as door:
            for number in range(60):
                async with client_of(door.port, greeted=number % 2 == 0) as client:
                    reset(client)
            await until(lambda: door.connections == 0)

    run(main(), loop)
    assert troubles == []


def test_a_command_behind_starttls_is_not_taken_into_tls() -> None:
    async def main() -> None:
        async with (
            open_door(tls=certificate()) as door,
            client_of(door.port) as client,
        ):
            await client.ask("EHLO client.example")
            reply = await client.ask("STARTTLS\r\nMAIL FROM:<eve@x.example>")
            assert reply.startswith("554 5.5.0")
            assert await client.line() == ""

    run(main())


@BOTH_LOOPS
def test_stopping_sends_idle_clients_away_and_lets_mails_end(loop: str) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        async with (
            open_door(keeper) as door,
            client_of(door.port) as idle,
            client_of(door.port) as busy,
        ):
            port = door.port
            await busy.until_data()
            stopping = asyncio.create_task(door.stop(grace=5))
            assert (await idle.line()).startswith("421 4.3.2")
            assert await idle.line() == ""
            with pytest.raises(OSError, match="onnect"):
                await asyncio.open_connection("127.0.0.1", port)
            await busy.send(b"body\r\n.\r\n")
            assert await busy.reply() == "250 2.0.0 Kept"
            assert (await busy.line()).startswith("421 4.3.2")
            await stopping
            assert len(keeper.mails) == 1

    run(main(), loop)


def test_stopping_waits_for_the_grace_and_no_longer() -> None:
    async def main() -> None:
        async with open_door() as door, client_of(door.port) as client:
            await client.until_data()
            await door.stop(grace=0.05)
            assert (await client.line()).startswith("421 4.3.2")
            assert door.connections == 0
            assert door.room.in_flight_bytes == 0

    run(main())


def test_a_mail_being_kept_when_the_grace_ends_is_kept_all_the_same() -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        keeper.gate = asyncio.Event()
        async with open_door(keeper) as door, client_of(door.port) as client:
            await client.until_data()
            await client.send(b"body\r\n.\r\n")
            await until(lambda: keeper.started)
            await door.stop(grace=0.05)
            assert (await client.line()).startswith("421 4.3.2")
            keeper.gate.set()
            await until(lambda: door.kept)
            assert door.accepted_250 == 0

    run(main())


def test_a_door_that_is_not_open_has_no_port() -> None:
    async def main() -> None:
        door = Door(
            keeper=MemoryKeeper(),
            accepts=bool,
            clock=lambda: NOON,
            hostname="mx.desk.example",
            limits=Limits(),
        )
        await door.stop(grace=1)
        with pytest.raises(RuntimeError, match="not open"):
            _ = door.port

    run(main())
