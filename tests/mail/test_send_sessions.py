"""How sessions with the relay are secured, kept, shared and ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.mail.keeping import LOOPS, run
from tests.mail.sink import DROP, HANG, Script, open_sink
from tests.mail.test_send import QUICK, relay_to, send
from tickets.sending import Later, Sent

LOGIN: dict[str, Any] = {"username": "desk", "password": "right"}
EVERY = "0.0.0.0"  # noqa: S104 # to connect to, not to listen on


@pytest.mark.parametrize("loop", LOOPS)
def test_starttls_is_used_when_offered(loop: str) -> None:
    async def main() -> None:
        script = Script()
        async with open_sink(script, starttls=True), relay_to(script.port) as relay:
            assert isinstance(await send(relay), Sent)
            assert script.secure == [True]

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_smtps_is_tls_from_the_first_byte(loop: str) -> None:
    async def main() -> None:
        script = Script()
        async with (
            open_sink(script, smtps=True),
            relay_to(script.port, scheme="smtps") as relay,
        ):
            assert isinstance(await send(relay), Sent)

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_big_mail_goes_over_tls(loop: str) -> None:
    async def main() -> None:
        script = Script()
        content = b"x" * 70 + b"\r\n"
        async with open_sink(script, starttls=True), relay_to(script.port) as relay:
            assert isinstance(await send(relay, content * 20_000), Sent)
            assert script.mails[0].content == content * 20_000

    run(main(), loop)


@pytest.mark.parametrize("kind", ["starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_means_later(kind: str) -> None:
    async def main() -> None:
        script = Script()
        scheme = "smtps" if kind == "smtps" else "smtp"
        async with (
            open_sink(script, **{kind: True}),
            relay_to(script.port, replace(QUICK, tls=None), scheme=scheme) as relay,
        ):
            answer = await send(relay)
            assert isinstance(answer, Later)
            assert "certificate" in answer.reason.lower()
            assert script.mails == []

    run(main())


def test_credentials_go_over_tls() -> None:
    async def main() -> None:
        script = Script()
        async with (
            open_sink(script, starttls=True, auth=True),
            relay_to(script.port, **LOGIN) as relay,
        ):
            assert isinstance(await send(relay), Sent)
            assert script.logins == [b"desk"]

    run(main())


def test_credentials_go_in_the_clear_to_this_machine_alone() -> None:
    async def main() -> None:
        script = Script()
        async with open_sink(script, auth=True):
            async with relay_to(script.port, **LOGIN) as relay:
                assert isinstance(await send(relay), Sent)
                assert script.logins == [b"desk"]
            # leads here as well, but is not known to
            async with relay_to(script.port, host=EVERY, **LOGIN) as relay:
                answer = await send(relay)
                assert isinstance(answer, Later)
                assert "not sent" in answer.reason
                assert script.logins == [b"desk"]

    run(main())


def test_wrong_credentials_mean_later_and_are_not_told() -> None:
    async def main() -> None:
        script = Script()
        wrong = "hunter2"
        async with (
            open_sink(script, auth=True),
            relay_to(script.port, username="desk", password=wrong) as relay,
        ):
            answer = await send(relay)
            assert isinstance(answer, Later)
            assert "535" in answer.reason
            assert wrong not in answer.reason

    run(main())


def test_a_session_carries_mail_after_mail() -> None:
    async def main() -> None:
        script = Script()
        async with open_sink(script), relay_to(script.port) as relay:
            for _ in range(5):
                assert isinstance(await send(relay), Sent)
            assert script.connections == 1
        assert script.quits == 1

    run(main())


def test_a_session_ends_after_so_many_mails() -> None:
    async def main() -> None:
        script = Script()
        manner = replace(QUICK, max_uses=2)
        async with open_sink(script), relay_to(script.port, manner) as relay:
            for _ in range(5):
                assert isinstance(await send(relay), Sent)
            assert script.connections == 3

    run(main())


def test_idle_sessions_are_ended() -> None:
    async def main() -> None:
        script = Script()
        manner = replace(QUICK, idle_seconds=0.05)
        async with open_sink(script), relay_to(script.port, manner) as relay:
            assert isinstance(await send(relay), Sent)
            await script.quit_heard.wait()
            assert isinstance(await send(relay), Sent)
            assert script.connections == 2

    run(main())


@pytest.mark.parametrize("farewell", [DROP, "421 4.4.2 idle too long"])
def test_a_kept_session_that_the_server_left_costs_nothing(farewell: str) -> None:
    async def main() -> None:
        script = Script()
        async with open_sink(script), relay_to(script.port) as relay:
            assert isinstance(await send(relay), Sent)
            script.plan(MAIL=[farewell])
            assert isinstance(await send(relay), Sent)
            assert script.connections == 2

    run(main())


def test_a_cancelled_greeting_leaves_no_session() -> None:
    async def main() -> None:
        script = Script(EHLO=[HANG])
        async with open_sink(script), relay_to(script.port) as relay:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(send(relay), 0.1)
            await asyncio.sleep(0.05)
            assert not script.open

    run(main())


def test_no_more_sessions_than_allowed_are_open_at_once() -> None:
    async def main() -> None:
        script = Script()
        manner = replace(QUICK, max_connections=2)
        async with open_sink(script), relay_to(script.port, manner) as relay:
            answers = await asyncio.gather(*(send(relay) for _ in range(20)))
            assert all(isinstance(answer, Sent) for answer in answers)
            assert script.connections == 2

    run(main())
