"""Who may read a mailbox, and what is told of it."""

from __future__ import annotations

import ssl

from mail.imap.mailbox import Safety
from mail.imap.pace import Pace
from tests.mail.imap.keeping import Kept, mailbox, reading, until
from tests.mail.imap.scripted import Talk, scripted


def test_a_refused_login_is_told_in_the_servers_words_without_the_password() -> None:
    def echo(talk: Talk, tag: bytes) -> bool:
        talk.say(tag + b" NO we know nobody with " + talk.desk.said[-1])
        return True

    kept = Kept()
    with scripted(capabilities="IMAP4rev1").serve() as server:
        server.fail(b"LOGIN", echo, times=1000)
        slow = Pace(login=60)
        with reading(mailbox(server.port), kept, pace=slow) as reader:
            until(lambda: reader.status.failures)
            said = reader.status.error or ""
    assert "login refused: " in said
    assert "we know nobody with" in said
    assert "secret" not in said
    assert kept.uids == []


def test_a_password_beyond_ascii_needs_plain() -> None:
    kept = Kept()
    box = {"secret": lambda: "пароль"}
    with scripted(knows="пароль").serve() as server:
        with reading(mailbox(server.port, **box), kept):
            until(lambda: len(kept.mails) == 3)
        server.capabilities = "IMAP4rev1"
        with reading(mailbox(server.port, **box), kept) as reader:
            until(lambda: reader.status.failures)
            assert "ASCII" in (reader.status.error or "")


def test_a_token_is_asked_for_at_each_login() -> None:
    kept, tokens = Kept(), iter(["old", "new"])
    with scripted(knows="Bearer new\1").serve() as server:
        box = mailbox(server.port, secret=lambda: next(tokens), is_token=True)
        with reading(box, kept):
            until(lambda: len(kept.mails) == 3)
    assert b"AUTHENTICATE XOAUTH2" in server.said


def test_what_is_slipped_in_before_tls_is_not_believed() -> None:
    def slip(talk: Talk, tag: bytes) -> bool:
        talk.writes.write(tag + b" OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
        return True

    with scripted(capabilities="IMAP4rev1 STARTTLS").serve() as server:
        server.fail(b"STARTTLS", slip)
        context = ssl.create_default_context()
        box = mailbox(server.port, safety=Safety.STARTTLS, context=context)
        with reading(box, Kept(), pace=Pace(first=60)) as reader:
            until(lambda: reader.status.failures)
            assert "more than OK to STARTTLS" in (reader.status.error or "")
    assert not any(one.startswith((b"LOGIN", b"AUTH")) for one in server.said)
