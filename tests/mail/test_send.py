"""What becomes of a mail for every answer that a relay may give, and for none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from mail.sending.answers import TooLarge
from mail.sending.link import Manner
from mail.sending.send import SmtpRelay
from mail.sending.server import Server
from tests.mail.keeping import LOOPS, run
from tests.mail.sink import DROP, HANG, Script, client_tls, open_sink
from tickets.sending import Answer, Later, Never, Sent, Uncertain

MAIL = b"Subject: answer\r\n\r\nDone.\r\n"
QUICK = Manner(
    hostname="desk.example",
    seconds=10,
    final_seconds=10,
    idle_seconds=5,
    tls=client_tls(),
)
HASTY = replace(QUICK, seconds=0.3, final_seconds=0.3)
MANNERS = {DROP: QUICK, HANG: HASTY}


@asynccontextmanager
async def relay_to(
    port: int, manner: Manner = QUICK, **server: Any
) -> AsyncIterator[SmtpRelay]:
    server = {"scheme": "smtp", "host": "127.0.0.1", **server}
    relay = SmtpRelay(Server(port=port, **server), manner)
    try:
        yield relay
    finally:
        await relay.close()


async def send(relay: SmtpRelay, content: bytes = MAIL) -> Answer | TooLarge:
    return await relay.send("help@desk.example", "ann@partner.example", content)


PHASES = ("MAIL", "RCPT", "DATA", "dot")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_mail_that_is_taken_is_sent_with_the_last_line_as_receipt(loop: str) -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink, relay_to(sink.port) as relay:
            assert await send(relay) == Sent("250 2.0.0 Queued as 42")
            (mail,) = sink.mails
            assert mail.mail_from == "help@desk.example"
            assert mail.rcpt_tos == ["ann@partner.example"]
            assert mail.content == MAIL

    run(main(), loop)


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        pytest.param(b".\r\n..\r\n.a\r\n", b".\r\n..\r\n.a\r\n", id="dots"),
        pytest.param(b"a\nb\rc", b"a\r\nb\r\nc\r\n", id="bare line ends"),
        pytest.param(b"\n.\nMAIL", b"\r\n.\r\nMAIL\r\n", id="smuggling"),
        pytest.param(b"", b"\r\n", id="nothing"),
    ],
)
def test_content_arrives_as_lines(sent: bytes, received: bytes) -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink, relay_to(sink.port) as relay:
            assert isinstance(await send(relay, sent), Sent)
            assert [mail.content for mail in sink.mails] == [received]

    run(main())


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    ("reply", "kind"),
    [("450 4.2.0 busy\tnow", Later), ("550 5.7.1 not you", Never)],
)
def test_a_refusal_is_told_and_the_session_goes_on(
    phase: str, reply: str, kind: type[Later | Never]
) -> None:
    async def main() -> None:
        script = Script(**{phase: [reply]})
        async with open_sink(script), relay_to(script.port) as relay:
            answer = await send(relay)
            where = "after the final dot" if phase == "dot" else phase
            assert answer == kind(f"{where}: {reply.expandtabs(1)}")
            assert isinstance(await send(relay), Sent)
            assert script.connections == 1

    run(main())


@pytest.mark.parametrize("phase", ["greeting", "EHLO", *PHASES])
def test_421_means_later_and_a_new_session(phase: str) -> None:
    async def main() -> None:
        script = Script(**{phase: ["421 4.3.2 closing"]})
        async with open_sink(script), relay_to(script.port) as relay:
            answer = await send(relay)
            assert isinstance(answer, Later)
            assert "421 4.3.2 closing" in answer.reason
            assert isinstance(await send(relay), Sent)
            assert script.connections == 2

    run(main())


@pytest.mark.parametrize("how", [DROP, HANG])
@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_session_lost_before_the_mail_means_later(phase: str, how: str) -> None:
    async def main() -> None:
        script = Script(**{phase: [how]})
        async with open_sink(script), relay_to(script.port, MANNERS[how]) as relay:
            assert isinstance(await send(relay), Later)
            assert script.mails == []

    run(main())


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("how", [DROP, HANG])
def test_a_session_lost_within_the_mail_means_later(how: str, loop: str) -> None:
    async def main() -> None:
        script = Script(body=[how])
        async with open_sink(script), relay_to(script.port, MANNERS[how]) as relay:
            answer = await send(relay, b"line\r\n" * 2_000_000)
            assert isinstance(answer, Later)
            assert answer.reason.startswith("before the end of the mail")

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("how", [DROP, HANG, "what?"])
def test_an_answer_lost_after_the_final_dot_is_uncertain(how: str, loop: str) -> None:
    async def main() -> None:
        script = Script(dot=[how])
        manner = MANNERS.get(how, QUICK)
        async with open_sink(script), relay_to(script.port, manner) as relay:
            answer = await send(relay)
            assert isinstance(answer, Uncertain)
            assert isinstance(await send(relay), Sent)
            assert script.connections == 2

    run(main(), loop)


def test_nobody_listening_means_later() -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink:
            free = sink.port
        async with relay_to(free) as relay:
            answer = await send(relay)
            assert isinstance(answer, Later)
            assert answer.reason.startswith(f"no session with 127.0.0.1:{free}")

    run(main())


def test_an_unknown_host_means_later() -> None:
    async def main() -> None:
        async with relay_to(25, host="nowhere.invalid") as relay:
            assert isinstance(await send(relay), Later)

    run(main())


@pytest.mark.parametrize("reply", ["554 5.3.2 no service", "450 4.3.2 not now"])
def test_a_refusing_greeting_means_later(reply: str) -> None:
    async def main() -> None:
        script = Script(greeting=[reply])
        async with open_sink(script), relay_to(script.port) as relay:
            answer = await send(relay)
            assert isinstance(answer, Later)
            assert reply in answer.reason

    run(main())


@pytest.mark.parametrize("code", [530, 535])
def test_a_wish_for_credentials_is_not_the_mails_fault(code: int) -> None:
    async def main() -> None:
        script = Script(MAIL=[f"{code} 5.7.0 log in"])
        async with open_sink(script), relay_to(script.port) as relay:
            assert isinstance(await send(relay), Later)

    run(main())


def test_a_long_answer_is_trimmed_to_one_line() -> None:
    async def main() -> None:
        script = Script(RCPT=["550-5.1.1 " + "x" * 900 + "\r\n550 5.1.1 end"])
        async with open_sink(script), relay_to(script.port) as relay:
            answer = await send(relay)
            assert isinstance(answer, Never)
            assert len(answer.reason) < 320
            assert answer.reason.isprintable()

    run(main())


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@x\r\nRCPT TO:<eve@x>", "ann@x> SIZE=1", "a b@x", "ann@x\x00", "@"],
)
def test_what_is_no_address_never_reaches_the_wire(address: str) -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink, relay_to(sink.port) as relay:
            answer = await relay.send("help@desk.example", address, MAIL)
            assert isinstance(answer, Never)
            assert sink.connections == 0

    run(main())


def test_the_null_return_path_is_sent() -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink, relay_to(sink.port) as relay:
            answer = await relay.send("", "ann@partner.example", MAIL)
            assert isinstance(answer, Sent)
            assert sink.mails[0].mail_from == "<>"  # aiosmtpd's way to say it

    run(main())


def test_addresses_beyond_ascii_need_smtputf8() -> None:
    async def main() -> None:
        async with open_sink(Script()) as sink, relay_to(sink.port) as relay:
            assert isinstance(await relay.send("", "анна@partner.example", MAIL), Never)
            assert isinstance(await send(relay), Sent)
        async with (
            open_sink(Script(), enable_SMTPUTF8=True) as sink,
            relay_to(sink.port) as relay,
        ):
            assert isinstance(await relay.send("", "анна@partner.example", MAIL), Sent)
            assert sink.mails[0].rcpt_tos == ["анна@partner.example"]
            assert sink.mails[0].smtp_utf8

    run(main())


def test_lmtp_is_spoken_with_lhlo() -> None:
    async def main() -> None:
        script = Script()
        async with (
            open_sink(script, lmtp=True),
            relay_to(script.port, scheme="lmtp") as relay,
        ):
            assert isinstance(await send(relay), Sent)
            assert len(script.mails) == 1

    run(main())


def test_a_cancelled_dialog_is_not_continued() -> None:
    async def main() -> None:
        script = Script(RCPT=[HANG])
        manner = Manner(hostname="desk.example", max_connections=1)
        async with open_sink(script), relay_to(script.port, manner) as relay:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(send(relay), 0.1)
            assert isinstance(await send(relay), Sent)
            assert script.connections == 2

    run(main())
