"""Whatever a receiver does to a connection: each event is answered for, and in time."""

from __future__ import annotations

import asyncio
import struct
import time
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import TypeAlias

import pytest

from tests.bus.events import event
from tests.bus.rabbit import LOOPS, all_sent, kinds, run
from tests.bus.receiving import Script, posting_to, read_post, scripted
from tests.mail.sink import CERTIFICATE, server_tls
from tickets.sending import Answer, Later, Never, Sent, Uncertain

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def reset(writer: Writer) -> None:
    """End a connection so that what is on its way back is lost, too."""
    socket = writer.get_extra_info("socket")
    socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang(reader: Reader, _writer: Writer) -> None:
    await read_post(reader)
    await asyncio.sleep(60)


async def hang_without_reading(_reader: Reader, _writer: Writer) -> None:
    await asyncio.sleep(60)


async def end_after_reading(reader: Reader, _writer: Writer) -> None:
    await read_post(reader)


async def reset_after_reading(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    reset(writer)


async def reset_while_reading(reader: Reader, writer: Writer) -> None:
    await reader.read(1000)
    reset(writer)


async def speak_nonsense(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


async def end_in_the_head(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
    await writer.drain()


async def drip_the_head(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flood_the_head(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: " + b"y" * 8000 + b"\r\n")
        await writer.drain()


DOUBTS = [
    hang,
    hang_without_reading,
    end_after_reading,
    reset_after_reading,
    reset_while_reading,
    speak_nonsense,
    end_in_the_head,
    drip_the_head,
    flood_the_head,
]


def ask(script: Script, **posting: float) -> list[Answer]:
    """Return what became of a large event and a small one, and see that it was soon."""
    told: list[Answer] = []

    async def scene() -> None:
        async with scripted(script) as place:
            begin = time.monotonic()
            async with posting_to(f"http://{place}/", **posting) as publisher:
                wave = [event("NN-1", size=65_536), event("NN-2")]
                told.extend(await publisher.publish(wave))
            assert time.monotonic() - begin < 5

    run(scene)
    return told


@pytest.mark.parametrize("script", DOUBTS, ids=lambda one: one.__name__)
def test_a_lost_answer_is_in_doubt(script: Script) -> None:
    answers = ask(script, answer=0.5)
    assert kinds(answers) == ["Uncertain", "Uncertain"]
    assert all(repr(one).startswith("Uncertain(reason='no answer") for one in answers)


def told_by(answer: bytes) -> Script:
    async def script(reader: Reader, writer: Writer) -> None:
        await read_post(reader)
        writer.write(answer)
        await writer.drain()
        await reader.read()  # keeps it open until we go

    return script


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", Sent("200 OK")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Sent("204 No Content")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Sent("200 OK")),
        (b"HTTP/1.1 422 No\r\ncontent-length: 9\r\n\r\nno", None),
        (b"HTTP/1.1 422 No\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\nzz", None),
    ],
    ids=["1.0", "204", "100", "cut", "bad chunk"],
)
def test_the_status_counts_whatever_the_rest_is(
    answer: bytes, told: Answer | None
) -> None:
    told = told or Never("422 Unprocessable Entity: no")
    assert ask(told_by(answer)) == [told, told]


async def flood_the_body(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def drip_the_body(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "script", [flood_the_body, drip_the_body], ids=lambda one: one.__name__
)
def test_an_answer_is_not_read_to_its_end(
    script: Script,
) -> None:
    assert ask(script) == [Sent("200 OK")] * 2


async def refuse_unread(_reader: Reader, writer: Writer) -> None:
    writer.write(
        b"HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig"
    )
    await writer.drain()
    await asyncio.sleep(0.3)


def test_an_answer_that_comes_before_the_body_is_heard() -> None:
    answers = ask(refuse_unread)
    assert kinds(answers) == ["Never", "Never"]


async def old_server(reader: Reader, writer: Writer) -> None:
    await read_post(reader)
    writer.write(b"HTTP/1.0 200 OK\r\nserver: old\r\n\r\n{}")
    await writer.drain()


def test_a_server_of_http_1_0_takes_events_one_a_connection() -> None:
    async def scene() -> None:
        async with (
            scripted(old_server) as place,
            posting_to(f"http://{place}/") as publisher,
        ):
            for seq in (1, 2, 3):
                wave = [event(f"NN-{n}", seq) for n in range(20)]
                assert all_sent(await publisher.publish(wave))

    run(scene)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_receiver_that_hangs_takes_no_longer_than_a_wave_may(loop: str) -> None:
    async def scene() -> None:
        async with (
            scripted(hang) as place,
            posting_to(
                f"http://{place}/", connections=2, answer=0.4, wave=1.0
            ) as publisher,
        ):
            begin = time.monotonic()
            answers = await publisher.publish([event(f"NN-{n}") for n in range(40)])
            taken = time.monotonic() - begin
        assert 0.9 < taken < 4
        doubts = kinds(answers).count("Uncertain")
        assert 2 <= doubts <= 6
        late = Later("no time was left for it: the receiver is slow")
        assert answers.count(late) == 40 - doubts

    run(scene, LOOPS[loop])


def test_a_publisher_closes_in_time_while_a_receiver_hangs() -> None:
    async def scene() -> None:
        async with scripted(hang) as place, posting_to(f"http://{place}/") as publisher:
            wave = [event(f"NN-{n}") for n in range(40)]
            sending = asyncio.create_task(publisher.publish(wave))
            await asyncio.sleep(0.3)
            begin = time.monotonic()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await publisher.close()
            assert time.monotonic() - begin < 3
            assert sending.cancelled()

    run(scene)


def served_tls() -> Script:
    async def script(reader: Reader, writer: Writer) -> None:
        while True:
            await read_post(reader)
            writer.write(OK)
            await writer.drain()

    return script


def test_a_certificate_is_believed_if_its_authority_is_named() -> None:
    async def scene() -> None:
        async with scripted(served_tls(), tls=server_tls()) as place:
            url = f"https://localhost:{place.rpartition(':')[2]}/"
            async with posting_to(url, ca_file=CERTIFICATE) as publisher:
                for seq in (1, 2):
                    assert all_sent(await publisher.publish([event(seq=seq)]))
            async with posting_to(url) as stranger:
                wave = [event(f"NN-{n}") for n in range(40)]
                answers = await stranger.publish(wave)
            assert kinds(answers) == ["Later"] * 40
            assert "CERTIFICATE_VERIFY_FAILED" in repr(answers[0])
            other = url.replace("localhost", "127.0.0.2")
            async with posting_to(other, ca_file=CERTIFICATE) as publisher:
                assert kinds(await publisher.publish([event()])) == ["Later"]

    run(scene)


def test_certificates_that_have_gone_are_waited_for(tmp_path: Path) -> None:
    async def scene() -> None:
        gone = tmp_path / "ca.pem"
        async with posting_to("https://localhost:1/", ca_file=gone) as publisher:
            assert kinds(await publisher.publish([event()])) == ["Later"]
            gone.write_text("no certificates")
            assert kinds(await publisher.publish([event()])) == ["Later"]

    run(scene)


def test_nobody_there_is_said_in_words_of_the_system() -> None:
    async def scene() -> None:
        async with posting_to("http://desk:hush@localhost:1/?k=hush") as publisher:
            (answer,) = await publisher.publish([event()])
        assert isinstance(answer, Later)
        assert answer.reason.startswith("localhost:1: ")
        assert "Connect call failed" in answer.reason
        assert "hush" not in answer.reason

    run(scene)


def test_a_receiver_that_dies_over_an_event_gets_the_same_again() -> None:
    taken: list[bytes] = []

    async def take_then_die(reader: Reader, writer: Writer) -> None:
        taken.append(await read_post(reader))
        if len(taken) < 3:
            reset(writer)
        else:
            writer.write(OK)
            await writer.drain()

    async def scene() -> None:
        out = event()
        async with (
            scripted(take_then_die) as place,
            posting_to(f"http://{place}/") as publisher,
        ):
            for _ in range(2):
                (answer,) = await publisher.publish([out])
                assert isinstance(answer, Uncertain)
            assert all_sent(await publisher.publish([out]))
        assert taken == [out.body] * 3

    run(scene)
