"""Mails leave: through a server that answers as a script says, or into a folder."""

from __future__ import annotations

import asyncio
import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from mail.sending.link import Manner
from mail.sending.relay import relay_from
from scheduler.drain import Drain
from storage.store import Places
from tests.app.workshop import Workshop, add_mailing, mails_in, run
from tests.mail.sink import DROP, Script, open_sink
from tickets.sending import Sent, Uncertain

MANNER = Manner(max_connections=2, seconds=2.0, final_seconds=2.0)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)  # noqa: TID251 # to read what we wrote with other eyes
    assert isinstance(message, EmailMessage)
    return message


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a server says in a phase, and how the mail stands before and after."""

    phase: str
    answer: str
    states: tuple[str, str]
    got: int = 1


@pytest.mark.parametrize(
    "said",
    [
        Said(phase="dot", answer="451 4.3.0 busy", states=("new", "sent")),
        Said(phase="dot", answer=DROP, states=("uncertain", "sent")),
        Said(phase="greeting", answer="421 4.3.2 not now", states=("new", "sent")),
        Said(phase="RCPT", answer="550 no such", states=("parked", "parked"), got=0),
    ],
    ids=["later", "answer lost", "closed", "refused"],
)
def test_a_mail_is_sent_once_whatever_the_server_says(
    places: Places, said: Said
) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script(**{said.phase: [said.answer]})) as script:
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            await shop.mail()
            before = shop.states("accepted")
            await shop.jump(minutes=1)
            assert (*before, *shop.states("accepted")) == said.states
            assert len(script.mails) == said.got
            await relay.close()

    run(places, scene)


def test_every_attempt_sends_the_same_bytes(places: Places) -> None:
    class Deaf:
        """Takes mails and never answers."""

        def __init__(self) -> None:
            self.taken: list[bytes] = []

        async def send(self, sender: str, recipient: str, content: bytes) -> Uncertain:
            del sender, recipient
            self.taken.append(content)
            return Uncertain("the answer was lost")

        async def close(self) -> None:
            return

    async def scene(shop: Workshop) -> None:
        deaf = Deaf()
        add_mailing(shop, deaf)
        await shop.mail()
        for _ in range(8):
            await shop.jump(minutes=5)
        assert shop.states("accepted") == ["parked"]
        assert len(deaf.taken) == 5
        assert len(set(deaf.taken)) == 1

    run(places, scene)


def test_what_was_sent_while_the_records_were_away_is_sent_once(places: Places) -> None:
    class Taking:
        """A server that takes mails, at which moment the records go away."""

        def __init__(self, shop: Workshop) -> None:
            self.shop = shop
            self.taken = 0

        async def send(self, sender: str, recipient: str, content: bytes) -> Sent:
            del sender, recipient, content
            self.taken += 1
            self.shop.store.absent = 2
            return Sent("250 ok")

        async def close(self) -> None:
            return

    async def scene(shop: Workshop) -> None:
        server = Taking(shop)
        add_mailing(shop, server)
        await shop.mail()
        assert shop.states("accepted") == ["sent"]
        await shop.jump(minutes=6)
        assert server.taken == 1

    run(places, scene)


def test_a_mail_begun_before_the_end_is_finished_after_it(
    places: Places, tmp_path: Path
) -> None:
    async def begin(shop: Workshop) -> None:
        add_mailing(shop, relay_from(f"maildir:{tmp_path}/sent"))
        shop.keep("1", RAW, sender="ivan@partner.example")
        filing, mailing = shop.sources
        for batch in await filing.claim(9):
            await filing.work(batch)
        assert len(await mailing.claim(9)) == 1  # and here the process ends

    async def finish(shop: Workshop) -> None:
        add_mailing(shop, relay_from(f"maildir:{tmp_path}/sent"))
        shop.restart()
        await shop.settle()
        assert shop.states("accepted") == ["sent"]

    run(places, begin)
    run(places, finish)
    assert len(mails_in(tmp_path / "sent")) == 1


RAW = (
    b"From: ivan@partner.example\r\nTo: support@example.org\r\nSubject: x\r\n"
    b"Message-ID: <1@partner.example>\r\n\r\nHello\r\n"
)


def test_an_answer_to_our_mail_finds_its_ticket(places: Places, tmp_path: Path) -> None:
    async def scene(shop: Workshop) -> None:
        add_mailing(shop, relay_from(f"maildir:{tmp_path}/sent"))
        await shop.mail()
        sent = read(mails_in(tmp_path / "sent")[0])
        await shop.mail(
            "2",
            sender="ivan@home.example",
            subject="Другое",
            more=f"In-Reply-To: {sent['Message-ID']}\n",
        )
        rules = shop.rows("SELECT rule FROM arrival ORDER BY id")
        assert [row.rule for row in rules] == ["new", "own-message-id"]
        await shop.mail("3", subject="Ещё другое", to=str(sent["Reply-To"]))
        (last,) = shop.rows("SELECT rule FROM arrival ORDER BY id DESC LIMIT 1")
        assert last.rule == "signed-address"

    run(places, scene)


def test_a_stopped_drain_leaves_mail_for_the_next_start(places: Places) -> None:
    class Slow:
        """A server that takes its time."""

        def __init__(self) -> None:
            self.begun = asyncio.Event()

        async def send(self, sender: str, recipient: str, content: bytes) -> Uncertain:
            del sender, recipient, content
            self.begun.set()
            await asyncio.sleep(60)
            return Uncertain("never")

        async def close(self) -> None:
            return

    async def scene(shop: Workshop) -> None:
        slow = Slow()
        add_mailing(shop, slow)
        mailing = shop.sources.pop()
        await shop.mail()
        drain = Drain(name="mail", source=mailing, room=3, grace=0.05)
        running = asyncio.create_task(drain.run())
        await asyncio.wait_for(slow.begun.wait(), 5)
        drain.stop()
        await asyncio.wait_for(running, 5)
        assert shop.states("accepted") == ["sending"]

    run(places, scene)


def bounce_of(mail: EmailMessage) -> bytes:
    return (
        "From: MAILER-DAEMON@partner.example\r\nSubject: Undelivered mail\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.partner.example\r\n\r\n"
        "Final-Recipient: rfc822; ivan@partner.example\r\nAction: failed\r\n"
        "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
        "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {mail['Message-ID']}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_mail_that_comes_back_parks_its_delivery_with_the_words(
    places: Places, tmp_path: Path
) -> None:
    async def scene(shop: Workshop) -> None:
        add_mailing(shop, relay_from(f"maildir:{tmp_path}/sent"))
        await shop.mail()
        (sent,) = mails_in(tmp_path / "sent")
        for key in ("first", "second"):
            shop.keep(key, bounce_of(read(sent)), sender="")
        await shop.settle()
        assert shop.states("accepted") == ["parked"]
        (row,) = shop.rows("SELECT last_error FROM delivery WHERE kind = 'accepted'")
        assert row.last_error == "550 5.1.1 no such user"
        rules = shop.rows("SELECT rule FROM arrival ORDER BY id")
        assert [one.rule for one in rules] == [
            "new",
            "mail-failed",
            "mail-failed-again",
        ]
        events = shop.rows("SELECT type FROM event WHERE type = 'delivery-failed'")
        assert len(events) == 1
        assert len(shop.rows("SELECT id FROM ticket")) == 1

    run(places, scene)
