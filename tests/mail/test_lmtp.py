"""LMTP (RFC 2033) as a mail server speaks it to us: an answer for each recipient."""

from __future__ import annotations

import asyncio
import smtplib
from typing import Any

import pytest

from mail.door.smtp import Full, Limits
from tests.mail.keeping import MemoryKeeper, client_of, open_door, run

RECIPIENTS = ("help@desk.example", "someone@elsewhere.example", "hilfe@desk.example")
Replies = list[tuple[int, bytes]]


def deliver(client: smtplib.LMTP) -> tuple[list[int], Replies]:
    """Send a mail for three; return what each was told at RCPT, and after the mail."""
    client.ehlo_or_helo_if_needed()
    client.mail("ivan@partner.example")
    asked = [client.rcpt(one)[0] for one in RECIPIENTS]
    replies = [client.data("Subject: x\r\n\r\nbody\r\n")]
    replies += [client.getreply() for _ in range(asked.count(250) - 1)]
    assert client.noop() == (250, b"2.0.0 OK")  # so no reply is left over
    return asked, replies


def spoken(keeper: MemoryKeeper, times: int = 1) -> list[tuple[list[int], Replies]]:
    """Send so many mails over one connection."""
    heard: list[tuple[list[int], Replies]] = []

    def act(port: int) -> None:
        with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
            heard.extend(deliver(client) for _ in range(times))
            for extension in ("pipelining", "enhancedstatuscodes", "8bitmime"):
                assert client.has_extn(extension)

    async def main() -> None:
        async with open_door(keeper, lmtp=True) as door:
            await asyncio.to_thread(act, door.port)
            assert door.kept == len(keeper.mails)

    run(main())
    return heard


def test_each_recipient_of_ours_is_answered_and_the_mail_is_kept_once() -> None:
    keeper = MemoryKeeper()
    kept = (250, b"2.0.0 Kept")
    assert spoken(keeper, times=2) == [([250, 550, 250], [kept, kept])] * 2
    for mail in keeper.mails:
        assert mail.rcpt_tos == ("help@desk.example", "hilfe@desk.example")
        assert mail.content == b"Subject: x\r\n\r\nbody\r\n"
    assert len(keeper.mails) == 2


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(OSError("secret"), 451), (Full(), 452)],
    ids=["fails", "full"],
)
def test_trouble_is_told_for_each_recipient(trouble: Exception, code: int) -> None:
    keeper = MemoryKeeper()
    keeper.error = trouble
    [(asked, replies)] = spoken(keeper)
    assert asked == [250, 550, 250]
    assert [one for one, _ in replies] == [code, code]
    assert b"secret" not in b"".join(words for _, words in replies)
    assert keeper.mails == []


def test_a_mail_that_is_too_big_is_refused_for_each_recipient() -> None:
    async def main() -> None:
        settings: dict[str, Any] = {"limits": Limits(max_size=100), "lmtp": True}
        async with open_door(**settings) as door, client_of(door.port) as client:
            await client.ask("LHLO mx.partner.example")
            await client.ask("MAIL FROM:<ivan@partner.example>")
            for _ in range(2):
                await client.ask("RCPT TO:<help@desk.example>")
            assert (await client.ask("DATA")).startswith("354 ")
            await client.send(b"x" * 300 + b"\r\n.\r\n")
            assert [(await client.reply())[:3] for _ in range(2)] == ["552", "552"]
            assert (await client.ask("NOOP")).startswith("250 ")

    run(main())


@pytest.mark.parametrize("hello", ["EHLO x", "HELO x"])
def test_only_its_own_greeting_is_taken(hello: str) -> None:
    async def main() -> None:
        async with open_door(lmtp=True) as door, client_of(door.port) as client:
            assert (await client.ask(hello)).startswith("500 ")
            assert (await client.ask("MAIL FROM:<a@b.example>")).startswith("503 ")

    run(main())


def test_without_a_recipient_of_ours_there_is_no_data() -> None:
    async def main() -> None:
        async with open_door(lmtp=True) as door, client_of(door.port) as client:
            await client.ask("LHLO x")
            await client.ask("MAIL FROM:<a@b.example>")
            await client.ask("RCPT TO:<someone@elsewhere.example>")
            assert (await client.ask("DATA")).startswith("503 ")

    run(main())


def test_two_doors_share_one_room() -> None:
    async def main() -> None:
        limits = Limits(max_connections=2)
        async with (
            open_door(limits=limits) as smtp,
            open_door(limits=limits, lmtp=True, beside=smtp) as lmtp,
            client_of(smtp.port),
            client_of(lmtp.port) as inside,
            client_of(lmtp.port, greeted=False) as outside,
        ):
            assert (await outside.line()).startswith("421 ")
            assert (await inside.ask("LHLO x")).startswith("250 ")
            assert smtp.room.connections == 2

    run(main())
