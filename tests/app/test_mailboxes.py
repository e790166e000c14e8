"""Mailboxes of a whole service: read, kept, filed once, and accounted for."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import mailboxes
from app.config import load
from app.service import Service
from storage.audit import audit
from tests.app.conftest import Ran
from tests.dovecot import PASSWORD, Dovecot
from tests.mail.imap.keeping import until
from tests.mail.imap.scripted import Scripted

_numbers = itertools.count(1)
PORTS = "[http]\nport = 0\n[mail.smtp]\nport = 0\n"
MAIL = """\
Return-Path: <ivan@partner.example>
Delivered-To: {to}
From: Ivan <ivan@partner.example>
To: {to}
Subject: Printer {number}
Message-ID: <{number}@partner.example>

It is silent, {number}.
""".replace("\n", "\r\n")


def mail(number: int, to: str = "support@example.org") -> bytes:
    return MAIL.format(number=number, to=to).encode()


def table(name: str, port: int, user: str, *, more: str = "") -> str:
    return (
        f'[[mail.imap]]\nname = "{name}"\nhost = "127.0.0.1"\nport = {port}\n'
        f'tls = false\nuser = "{user}"\npassword = "{PASSWORD}"\n{more}\n'
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A desk that serves; what is asked of it comes from another thread."""

    ports: dict[str, int]
    service: Service

    def arrivals(self) -> list[dict[str, Any]]:
        return self.rows("SELECT channel, outcome, error FROM arrival ORDER BY id")

    def rows(self, query: str) -> list[dict[str, Any]]:
        return self.service.kit.store.read(
            lambda tx: [
                dict(row._mapping) for row in tx.connection.exec_driver_sql(query)
            ]
        )

    def outcomes(self) -> list[str]:
        return sorted(str(one["outcome"]) for one in self.arrivals())

    def part(self, name: str) -> dict[str, Any]:
        answer = httpx.get(f"http://127.0.0.1:{self.ports['http']}/readyz")
        found: dict[str, Any] = answer.json()["parts"][name]
        return found

    def audit(self) -> int:
        found = self.service.kit.store.read(audit)
        assert not found.findings
        assert found.difference == 0
        return found.received


def serve(
    desk: Path,
    act: Callable[[Running], None],
    roles: Sequence[str] = ("intake", "worker", "http"),
) -> None:
    async def scene() -> None:
        async with Service(config=load(desk), roles=tuple(roles)) as service:
            running = Running(ports=service.ports(), service=service)
            await asyncio.to_thread(act, running)

    asyncio.run(scene())


@pytest.fixture
def user() -> str:
    return f"desk{next(_numbers)}"


def configure(desk: Path, more: str) -> None:
    desk.write_text(desk.read_text() + PORTS + more)


def test_a_mail_in_two_mailboxes_and_by_smtp_has_one_effect(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    users = [f"{user}a", f"{user}b"]
    for one in users:
        with dovecot.client(one) as client:
            client.append("INBOX", mail(1))
    configure(desk, "".join(table(one, dovecot.port, one) for one in users))

    def act(running: Running) -> None:
        with smtplib.SMTP("127.0.0.1", running.ports["smtp"], timeout=10) as client:
            client.sendmail("ivan@partner.example", "support@example.org", mail(1))
        until(lambda: running.outcomes() == ["duplicate", "duplicate", "ticket"])
        assert running.audit() == 3
        for one in users:
            until(lambda: running.part(f"imap-{one}")["detail"] == "1 taken")  # noqa: B023 # awaited here

    serve(desk, act)


def test_a_mailbox_that_is_read_again_changes_nothing(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    """A new UIDVALIDITY; of the mails one has no Message-ID."""
    bare = mail(2).replace(b"Message-ID: <2@partner.example>\r\n", b"")
    configure(desk, table("box", dovecot.port, user))
    with dovecot.client(user) as client:
        client.append("INBOX", mail(1))
        client.append("INBOX", bare)

        def first(running: Running) -> None:
            until(lambda: running.outcomes() == ["ticket", "ticket"])
            [one, two] = running.arrivals()
            assert {one["channel"], two["channel"]} == {"imap"}

        serve(desk, first)
        before = client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"]
    until(lambda: time.time() > before + 1)  # Dovecot takes the second for it
    for uids in (dovecot.folder / "mail" / user).glob("dovecot*"):
        if uids.is_dir():
            shutil.rmtree(uids)
        else:
            uids.unlink()

    def second(running: Running) -> None:
        wanted = ["duplicate", "duplicate", "ticket", "ticket"]
        until(lambda: running.outcomes() == wanted)
        assert running.audit() == 4

    serve(desk, second)


def test_a_desk_that_starts_again_takes_only_what_is_new(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    configure(desk, table("box", dovecot.port, user, more='done = "move:Done"'))
    for count in (1, 2):
        with dovecot.client(user) as client:
            client.append("INBOX", mail(count))

        def act(running: Running) -> None:
            until(lambda: len(running.arrivals()) == count)  # noqa: B023 # called here
            assert running.audit() == count  # noqa: B023
            until(lambda: not waiting(dovecot, user))

        serve(desk, act)
    with dovecot.client(user) as client:
        assert client.select_folder("Done")[b"EXISTS"] == 2


def waiting(dovecot: Dovecot, user: str) -> int:
    with dovecot.client(user) as client:
        return int(client.select_folder("INBOX", readonly=True)[b"EXISTS"])


def test_a_mail_is_for_whom_the_delivery_says(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    configure(
        desk,
        table("box", dovecot.port, user, more='delivered_to = "Delivered-To"')
        + '[[sites]]\ncode = "NN"\nname = "N"\naddresses = ["support@example.org"]\n'
        '[[sites]]\ncode = "CH"\nname = "C"\naddresses = ["ch@example.org"]\n',
    )
    with dovecot.client(user) as client:
        told = mail(1, "ch@example.org").replace(b"\r\nTo: ch@", b"\r\nTo: others@")
        client.append("INBOX", told)
        client.append("INBOX", mail(2))

    def act(running: Running) -> None:
        until(lambda: running.outcomes() == ["ticket", "ticket"])
        tickets = running.rows("SELECT number FROM ticket ORDER BY number")
        assert [one["number"] for one in tickets] == ["CH-1", "NN-1"]

    serve(desk, act)


def test_a_mail_that_is_too_large_is_parked_with_the_reason(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    configure(desk, "max_size = 1000\n" + table("box", dovecot.port, user))
    with dovecot.client(user) as client:
        client.append("INBOX", mail(1) + b"x" * 2000)

    def act(running: Running) -> None:
        until(lambda: running.outcomes() == ["parked"])
        [one] = running.arrivals()
        assert "more than mail.smtp.max_size = 1000: it is still there" in one["error"]
        assert running.part("imap-box")["detail"].endswith("stay in the mailbox unread")
        assert running.audit() == 1

    serve(desk, act)


def test_a_mail_that_was_too_large_is_read_as_its_error_says(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    configure(desk, "max_size = 1000\n" + table("box", dovecot.port, user))
    with dovecot.client(user) as client:
        client.append("INBOX", mail(1) + b"x" * 2000)
    serve(desk, lambda running: until(lambda: running.outcomes() == ["parked"]))

    retried = Ran(desk, "arrival", "retry", "1")
    assert retried.code == 1
    assert "stays in mailbox box. To have it read, mend that" in retried.err

    desk.write_text(desk.read_text().replace("max_size = 1000\n", ""))
    with dovecot.client(user) as client:
        client.create_folder("Aside")
        for folder, other in (("INBOX", "Aside"), ("Aside", "INBOX")):
            client.select_folder(folder)
            client.move("1:*", other)
    serve(
        desk, lambda running: until(lambda: running.outcomes() == ["parked", "ticket"])
    )


@pytest.fixture
def few_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_WAITING", 60)


@pytest.mark.usefixtures("few_may_wait")
def test_a_mailbox_is_not_read_faster_than_it_is_filed(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    configure(desk, table("box", dovecot.port, user))
    with dovecot.client(user) as client:
        for number in range(160):
            client.append("INBOX", mail(number))

    def wait(running: Running) -> None:
        until(lambda: "waits until" in running.part("imap-box")["detail"])
        assert len(running.arrivals()) == 100

    def catch_up(running: Running) -> None:
        until(lambda: running.outcomes() == ["ticket"] * 160)
        assert running.part("imap-box")["ok"]
        assert running.audit() == 160

    serve(desk, wait, roles=("intake", "http"))
    serve(desk, catch_up)


def test_readiness_tells_why_a_mailbox_is_not_read(
    desk: Path, dovecot: Dovecot, user: str
) -> None:
    wrong = table("wrong", dovecot.port, user).replace(PASSWORD, "no-such-password")
    away = table("away", 1, user)
    token = table("token", dovecot.port, user).replace(
        f'password = "{PASSWORD}"',
        'token_command = ["sh", "-c", "echo secret; exit 3"]',
    )
    configure(desk, wrong + away + token)
    wanted = {
        "wrong": "login refused: [AUTHENTICATIONFAILED] Authentication failed.",
        "away": "cannot connect: Connection refused",
        "token": "token_command gave no token: it ended with 3",
    }

    def act(running: Running) -> None:
        for name, said in wanted.items():
            until(lambda: running.part(f"imap-{name}")["detail"] == said)  # noqa: B023 # awaited here
            assert not running.part(f"imap-{name}")["ok"]

    serve(desk, act)


def test_a_command_gives_the_token(desk: Path, dovecot: Dovecot, user: str) -> None:
    token = table("token", dovecot.port, user).replace(
        "password = ", "token_command = "
    )
    configure(desk, token.replace(f'"{PASSWORD}"', f'["echo", "{PASSWORD}"]'))
    with dovecot.client(user) as client:
        client.append("INBOX", mail(1))
    serve(desk, lambda running: until(lambda: running.outcomes() == ["ticket"]))


def test_a_mailbox_that_hangs_keeps_nobody_from_stopping(desk: Path) -> None:
    def hang(talk: Any, _tag: bytes) -> bool:
        talk.reads.read(1)
        return True

    with Scripted().serve() as server:
        server.fail(b"AUTHENTICATE", hang)
        configure(desk, table("box", server.port, "desk"))
        serve(desk, lambda _: until(lambda: len(server.said) > 1))
