"""A mailbox on a real Dovecot is read, and marked as the operator wants it."""

from __future__ import annotations

import itertools
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from imapclient import IMAPClient

from mail.imap.mailbox import Done, Mailbox, Safety
from mail.imap.pace import Pace
from tests.dovecot import CERTIFICATE, PASSWORD, Dovecot
from tests.mail.imap.keeping import Kept, mail, mailbox, reading, until

_numbers = itertools.count(1)
CALM = Pace(idle=600)


@pytest.fixture
def user() -> str:
    return f"user{next(_numbers)}"


def box(dovecot: Dovecot, user: str, **more: Any) -> Mailbox:
    return mailbox(dovecot.port, **{"user": user, "secret": lambda: PASSWORD, **more})


def fill(client: IMAPClient, numbers: Sequence[int], folder: str = "INBOX") -> None:
    for number in numbers:
        client.append(folder, mail(number))


def seen(client: IMAPClient) -> list[int]:
    client.select_folder("INBOX", readonly=True)
    return list(client.search(["SEEN"]))


def test_what_is_there_is_read_in_order_and_what_comes_at_once(
    dovecot: Dovecot, user: str
) -> None:
    kept = Kept()
    with dovecot.client(user) as client:
        fill(client, range(1, 121))
        with reading(box(dovecot, user), kept, pace=CALM) as reader:
            until(lambda: len(kept.mails) == 120 and reader.status.error is None)
            fill(client, [121])
            began = time.monotonic()
            until(lambda: len(kept.mails) == 121)
            assert time.monotonic() - began < 2  # it was told of it
        assert seen(client) == []
    assert kept.uids == list(range(1, 122))
    assert [one.raw for one in kept.mails] == [mail(n) for n in range(1, 122)]


def test_reading_goes_on_where_it_ended(dovecot: Dovecot, user: str) -> None:
    kept = Kept()
    with dovecot.client(user) as client:
        fill(client, [1, 2])
        with reading(box(dovecot, user), kept):
            until(lambda: len(kept.mails) == 2)
        fill(client, [3, 4])
        with reading(box(dovecot, user), kept):
            until(lambda: len(kept.mails) == 4)
    assert kept.uids == [1, 2, 3, 4]


def test_kept_mails_are_marked_as_seen(dovecot: Dovecot, user: str) -> None:
    kept = Kept()
    with dovecot.client(user) as client:
        fill(client, [1, 2])
        with reading(box(dovecot, user, done=Done(seen=True)), kept):
            until(lambda: kept.at is not None and kept.at.done == 2)
        assert seen(client) == [1, 2]


def test_kept_mails_are_moved_to_a_folder_that_is_made(
    dovecot: Dovecot, user: str
) -> None:
    kept = Kept()
    folder = "Обработано & готово"
    with dovecot.client(user) as client:
        fill(client, [1, 2])
        with reading(box(dovecot, user, done=Done(move=folder)), kept):
            until(lambda: kept.at is not None and kept.at.done == 2)
            fill(client, [3])
            until(lambda: kept.at is not None and kept.at.done == 3)
        assert client.select_folder("INBOX")[b"EXISTS"] == 0
        assert client.select_folder(folder)[b"EXISTS"] == 3
    assert kept.uids == [1, 2, 3]


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(
    dovecot: Dovecot, user: str
) -> None:
    kept = Kept()
    with dovecot.client(user) as client:
        numberings = []
        for _ in range(2):
            client.create_folder("Desk")
            fill(client, [1, 2], "Desk")
            before = len(kept.mails)
            with reading(box(dovecot, user, folder="Desk"), kept):
                until(lambda: len(kept.mails) == before + 2)  # noqa: B023 # used here
            assert kept.at is not None
            numberings.append(kept.at.numbering)
            client.delete_folder("Desk")
            made = int(numberings[-1])  # Dovecot takes the second for UIDVALIDITY
            until(lambda: time.time() > made + 1)  # noqa: B023 # used here
    assert kept.uids == [1, 2, 1, 2]
    assert numberings[0] != numberings[1]


def test_a_read_only_folder_is_read_and_said_to_be_so(
    dovecot: Dovecot, user: str
) -> None:
    kept = Kept()
    cur = dovecot.folder / "mail" / user / ".ReadOnly" / "new"
    with dovecot.client(user) as client:
        client.create_folder("ReadOnly")
        (cur / "1.mail").write_bytes(mail(1))
        settings = {"folder": "ReadOnly", "done": Done(seen=True)}
        with reading(box(dovecot, user, **settings), kept) as reader:
            until(lambda: reader.status.note)
            assert "read-only" in reader.status.note
            assert reader.status.error is None
    assert kept.uids == [1]


def test_a_wrong_password_is_told_in_the_servers_words(
    dovecot: Dovecot, user: str
) -> None:
    wrong = box(dovecot, user, secret=lambda: "wrong one")
    with reading(wrong, Kept(), pace=Pace(login=600)) as reader:
        until(lambda: reader.status.failures)
        said = reader.status.error or ""
    assert said == "login refused: [AUTHENTICATIONFAILED] Authentication failed."


@pytest.mark.parametrize("safety", [Safety.TLS, Safety.STARTTLS])
def test_the_connection_may_be_safe(
    dovecot: Dovecot, user: str, safety: Safety
) -> None:
    kept = Kept()
    port = dovecot.tls_port if safety is Safety.TLS else dovecot.port
    more = {"host": "localhost", "port": port, "safety": safety}
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    with dovecot.client(user) as client:
        fill(client, [1])
        safe = box(dovecot, user, **more, context=trusting)
        with reading(safe, kept, pace=CALM) as reader:
            until(lambda: len(kept.mails) == 1 and reader.status.error is None)
            fill(client, [2])
            until(lambda: len(kept.mails) == 2)
    doubting = box(dovecot, user, **more, context=ssl.create_default_context())
    with reading(doubting, kept) as reader:
        until(lambda: reader.status.failures)
        assert "certificate" in (reader.status.error or "")


def test_a_server_that_was_away_is_read_again(dovecot: Dovecot, user: str) -> None:
    kept = Kept()
    with dovecot.client(user) as client:
        fill(client, [1])
    with reading(box(dovecot, user), kept) as reader:
        until(lambda: len(kept.mails) == 1 and reader.status.error is None)
        dovecot.stop()
        until(lambda: "cannot connect" in (reader.status.error or ""))
        dovecot.start()
        with dovecot.client(user) as client:
            fill(client, [2])
        until(lambda: len(kept.mails) == 2)
    assert kept.uids == [1, 2]


def test_mailboxes_are_read_side_by_side(dovecot: Dovecot) -> None:
    names = [f"beside{number}" for number in range(8)]
    all_kept = [Kept() for _ in names]
    with ExitStack() as stack:
        for name, kept in zip(names, all_kept, strict=True):
            with dovecot.client(name) as client:
                fill(client, range(1, 6))
            stack.enter_context(reading(box(dovecot, name), kept))
        until(lambda: all(len(kept.mails) == 5 for kept in all_kept))
    assert all(kept.uids == [1, 2, 3, 4, 5] for kept in all_kept)
