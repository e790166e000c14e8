"""What becomes of mails in the mailbox once they are kept."""

from __future__ import annotations

import pytest

from mail.imap.mailbox import Done
from tests.mail.imap.keeping import Kept, mail, mailbox, reading, until
from tests.mail.imap.scripted import drop, say, scripted


def test_a_large_mail_stays_and_its_headers_say_whose_it_is() -> None:
    kept = Kept()
    with scripted().serve() as server:
        server.mails[2] = mail(2, "x" * 5000)
        with reading(mailbox(server.port, max_size=4000, done=Done(seen=True)), kept):
            until(lambda: kept.at is not None and kept.at.done == 3)
        assert server.flags == {1: {b"\\Seen"}, 3: {b"\\Seen"}}
    assert kept.uids == [1, 2, 3]
    size = len(server.mails[2])
    assert kept.mails[1].problem == (
        f"has {size} bytes, more than mail.smtp.max_size = 4000"
    )
    assert kept.mails[1].raw.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("more", ["MOVE UIDPLUS", "UIDPLUS", ""])
def test_kept_mails_are_moved_as_far_as_the_server_can(more: str) -> None:
    kept = Kept()
    with scripted(capabilities=f"IMAP4rev1 AUTH=PLAIN {more}").serve() as server:
        box = mailbox(server.port, done=Done(move="Processed"))
        with reading(box, kept):
            until(lambda: kept.at is not None and kept.at.done == 3)
        with reading(box, kept) as reader:
            until(lambda: reader.status.error is None)
    assert server.moved == [(uid, "Processed") for uid in (1, 2, 3)]
    assert bool(server.mails) == (not more)
    assert kept.uids == [1, 2, 3]


def test_mails_that_were_not_marked_before_a_crash_are_marked_after_it() -> None:
    kept = Kept()
    done = Done(seen=True)
    with scripted().serve() as server:
        server.fail(b"UID STORE", drop)
        with reading(mailbox(server.port, done=done), kept):
            until(lambda: kept.at is not None and kept.at.done == 3)
    assert server.flags == {uid: {b"\\Seen"} for uid in (1, 2, 3)}
    assert kept.uids == [1, 2, 3]


def test_a_mark_that_is_refused_keeps_no_mail_from_being_read() -> None:
    kept = Kept()
    with scripted().serve() as server:
        server.fail(b"UID STORE", say(b"NO [OVERQUOTA] full"), times=10_000)
        with reading(mailbox(server.port, done=Done(seen=True)), kept) as reader:
            until(lambda: len(kept.mails) == 3 and reader.status.note)
            server.mails[4] = mail(4)
            until(lambda: len(kept.mails) == 4)
            assert "full" in reader.status.note
            server.faults.clear()
            until(lambda: kept.at is not None and kept.at.done == 4)
    assert set(server.flags) == {1, 2, 3, 4}
