"""The page's mail: what the desk sent is read, what a partner writes goes by SMTP."""

from __future__ import annotations

import mailbox
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.mailbox import SentMail
from tests.sandbox.stage import ControlError, Stage, play


def put(
    folder: Path,
    subject: str,
    *,
    at: str = "Mon, 23 Nov 2026 10:00:00 +0300",
    text: str = "Здравствуйте!",
) -> str:
    message = EmailMessage()
    message["From"] = "Поддержка <support@example.org>"
    message["To"] = "olga@romashka.example"
    message["Subject"] = subject
    message["Date"] = at
    message.set_content(text)
    message.add_attachment(b"x", "application", "pdf", filename="акт.pdf")
    return str(mailbox.Maildir(folder).add(message.as_bytes()))


def test_the_newest_mail_is_first(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    put(folder, "вторая", at="Mon, 23 Nov 2026 11:00:00 +0300")
    key = put(folder, "третья", at="Mon, 23 Nov 2026 12:00:00 +0300")
    put(folder, "первая", at="Mon, 23 Nov 2026 10:00:00 +0300")

    async def scene(stage: Stage) -> None:
        mails = await stage.get("mails")
        assert [mail["subject"] for mail in mails] == ["третья", "вторая", "первая"]
        assert mails[0]["text"].strip() == "Здравствуйте!"
        assert (mails[0]["to"], mails[0]["files"]) == (
            "olga@romashka.example",
            ["акт.pdf"],
        )
        assert ["From", "Поддержка <support@example.org>"] in mails[0]["headers"]
        raw = await stage.web.get(f"mails/{key}")
        assert raw.text.startswith("From:")
        assert (await stage.web.get("mails/other")).status_code == 404

    play(scene, mail_dir=folder)


def test_new_mail_changes_the_state(tmp_path: Path) -> None:
    folder = tmp_path / "sent"

    async def scene(stage: Stage) -> None:
        before = await stage.get("state")
        assert before["mails"] == 0
        assert await stage.get(f"state?since={before['version']}") == {
            "version": before["version"]
        }
        put(folder, "письмо")
        after = await stage.get(f"state?since={before['version']}")
        assert after["mails"] == 1

    play(scene, mail_dir=folder)


HOSTILE = {
    "nothing": b"",
    "no headers": b"\r\n\r\ntext",
    "a date that is none": b"Date: yesterday\r\n\r\nx",
    "a charset that is none": b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff",
    "broken encoded words": b"Subject: =?utf-8?b?////?=\r\nTo: =?x?q?=\xff\r\n\r\nx",
    "a quoted group": b'From: "a:b;c" <<<@>>\r\nTo: ;;;:\r\n\r\nx',
    "a boundary without parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n",
    "zeros": bytes(1000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_mail_is_shown_somehow(raw: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    mailbox.Maildir(folder)
    (folder / "new" / "1.x").write_bytes(raw)
    assert [mail.key for mail in SentMail(folder).listed()] == ["1.x"]


def test_any_bytes_make_a_mail(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    mailbox.Maildir(folder)
    for number in range(50):
        junk = os.urandom(200).replace(b"\n", b"\r\nX-Y: ")
        (folder / "new" / str(number)).write_bytes(b"Subject: " + junk)
    assert len(SentMail(folder).listed()) == 50


class Inbox:
    """An SMTP server's handler that keeps what it was given."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []

    async def handle_DATA(
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.letters.append(envelope)
        return "250 OK"


@contextmanager
def smtp_server() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def test_a_partners_mail_goes_by_smtp() -> None:
    with smtp_server() as (inbox, port):

        async def scene(stage: Stage) -> None:
            sent = await stage.post(
                "mail",
                sender="olga@romashka.example",
                name="Ольга Иванова",
                subject="Re: накладная",
                text="Выгрузка накладных падает.",
                in_reply_to="<2@example.org>",
                references="<1@example.org>",
            )
            letter = inbox.letters[0]
            assert letter.rcpt_tos == ["support@example.org"]
            assert letter.mail_from == "olga@romashka.example"
            assert isinstance(letter.content, bytes)
            assert sent["message_id"].encode() in letter.content
            assert b"References: <1@example.org> <2@example.org>" in letter.content
            for wrong in ("no address", "a@b\r\nBcc: c@d"):
                with pytest.raises(ControlError, match="did not go"):
                    await stage.post("mail", sender=wrong, text="x")

        play(scene, smtp=("127.0.0.1", port), support_address="support@example.org")


def test_a_server_that_is_away_is_named() -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(ControlError, match="did not go"):
            await stage.post("mail", sender="a@b.example", to="c@d.example", text="x")

    play(scene, smtp=("127.0.0.1", 1))


def test_without_a_server_nothing_is_sent() -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(ControlError, match="no SMTP server"):
            await stage.post("mail", sender="a@b.example", to="c@d.example", text="x")

    play(scene)
