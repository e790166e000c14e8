"""A mailbox is read whatever its server does."""

from __future__ import annotations

import time

import pytest

from mail.imap import wire
from mail.imap.fetching import GROUP, TRIES
from mail.imap.pace import Pace
from tests.mail.imap.keeping import Kept, mail, mailbox, reading, until
from tests.mail.imap.scripted import Fault, Talk, drop, say, scripted


def half_a_mail(talk: Talk, tag: bytes) -> bool:
    talk.say(b"* 1 FETCH (UID 1 BODY[] {1000}")
    talk.say(b"From: ivan@partner.example")
    return drop(talk, tag)


def nothing(talk: Talk, tag: bytes) -> bool:
    talk.say(tag + b" OK done")
    return True


FAULTS: dict[str, tuple[bytes, Fault]] = {
    "the connection ends in mid-fetch": (b"UID FETCH 1,2,3 (BODY", half_a_mail),
    "the connection ends before an answer": (b"UID SEARCH", drop),
    "no to a fetch": (b"UID FETCH", say(b"NO [SERVERBUG] internal error")),
    "bad to a search": (b"UID SEARCH", say(b"BAD cannot parse")),
    "no to the folder": (b"EXAMINE", say(b"NO no such mailbox")),
    "no to the login": (b"AUTHENTICATE", say(b"NO [UNAVAILABLE] later")),
    "nonsense": (b"UID SEARCH", say(b"\xff\x00 {99999999999}")),
    "a number that is none": (b"UID FETCH", say(b"OK\r\n* x FETCH (UID y")),
    "a bye": (b"UID FETCH", say(b"OK\r\n* BYE too many connections")),
}


@pytest.mark.parametrize(("command", "fault"), FAULTS.values(), ids=FAULTS)
def test_each_mail_is_kept_once_and_in_order_after(
    command: bytes, fault: Fault
) -> None:
    kept = Kept()
    with scripted().serve() as server:
        server.fail(command, fault)
        with reading(mailbox(server.port), kept) as reader:
            until(lambda: len(kept.mails) == 3 and reader.status.error is None)
    assert kept.uids == [1, 2, 3]
    assert [one.raw for one in kept.mails] == [mail(uid) for uid in (1, 2, 3)]
    assert not any(server.faults.values())


def test_mails_are_left_when_no_words_come_of_them_and_the_rest_goes_on() -> None:
    kept = Kept()

    def poison(talk: Talk, tag: bytes) -> bool:
        line = talk.desk.said[-1]
        return drop(talk, tag) if 60 in talk._uids(line.split(b" ")[2]) else False

    with scripted(200).serve() as server:
        server.next_fault = lambda command: (  # type: ignore[method-assign] # for ever
            poison if b"BODY.PEEK[]" in command else None
        )
        with reading(mailbox(server.port), kept) as reader:
            until(lambda: len(kept.mails) == 200)
        assert kept.uids == list(range(1, 201))
        [left] = [one for one in kept.mails if one.problem]
        assert left.uid == 60
        assert left.problem == f"could not be fetched in {TRIES} tries"
        assert left.raw.startswith(b"From: ivan")
        assert reader.status.left == 1


def test_a_mail_that_a_server_never_gives_is_left() -> None:
    kept = Kept()
    with scripted().serve() as server:
        server.fail(b"UID FETCH 1,2,3 (BODY", nothing)
        server.fail(b"UID FETCH 1 (BODY.PEEK[])", nothing, times=99)
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
    assert [bool(one.problem) for one in kept.mails] == [True, False, False]


def test_a_mail_that_is_gone_is_passed_over() -> None:
    kept = Kept()

    def expunge(talk: Talk, _tag: bytes) -> bool:
        del talk.desk.mails[2]
        return False

    with scripted().serve() as server:
        server.fail(b"UID FETCH 1,2,3 (BODY", expunge)
        with reading(mailbox(server.port), kept):
            until(lambda: kept.at is not None and kept.at.uid == 3)
    assert kept.uids == [1, 3]


def test_what_is_not_kept_is_read_again() -> None:
    kept = Kept(down=True)
    with scripted().serve() as server, reading(mailbox(server.port), kept) as reader:
        until(lambda: reader.status.error)
        until(lambda: "records are away" in (reader.status.error or ""))
        assert kept.uids == []
        kept.down = False
        until(lambda: len(kept.mails) == 3)
    assert kept.uids == [1, 2, 3]


def test_another_uidvalidity_begins_anew() -> None:
    kept = Kept()
    with scripted().serve() as server:
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
        server.uidvalidity = 7
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 6)
    assert kept.uids == [1, 2, 3] * 2
    assert kept.at is not None
    assert kept.at.numbering == "7"


def test_a_mailbox_put_back_from_a_backup_begins_an_era() -> None:
    kept = Kept()
    with scripted().serve() as server:
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
        del server.mails[3]
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 5)
    assert kept.at is not None
    assert kept.at.numbering == "1.1"


def test_another_place_of_that_name_begins_an_era() -> None:
    kept = Kept()
    with scripted().serve() as server:
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
        with reading(mailbox(server.port, folder="Other"), kept):
            until(lambda: len(kept.mails) == 6)
    assert kept.at is not None
    assert kept.at.numbering == "1.1"


def test_a_server_that_sends_more_than_it_announced_is_cut_off() -> None:
    kept = Kept()

    def flood(talk: Talk, _tag: bytes) -> bool:
        talk.say(b"* 1 FETCH (UID 1 BODY[] {3000000000}")
        return False

    with scripted(1).serve() as server:
        server.fail(b"UID FETCH 1 (BODY", flood)
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 1)


def test_a_slow_drip_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER", 0.3)
    kept = Kept()

    def drip(talk: Talk, _tag: bytes) -> bool:
        for _ in range(100):
            talk.writes.write(b"*")
            time.sleep(0.05)
        return True

    with scripted().serve() as server:
        server.fail(b"UID SEARCH", drip)
        began = time.monotonic()
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
        assert time.monotonic() - began < 4


def test_mails_share_commits() -> None:
    kept = Kept()
    with scripted(3 * GROUP).serve() as server, reading(mailbox(server.port), kept):
        until(lambda: len(kept.mails) == 3 * GROUP)
    assert kept.commits == 3


@pytest.mark.parametrize("command", ["IDLE", "UID FETCH", "AUTHENTICATE", "CAPABILITY"])
def test_it_stops_at_once_wherever_it_is(command: str) -> None:
    def silent(talk: Talk, _tag: bytes) -> bool:
        talk.reads.read(1)
        return True

    calm = Pace(idle=600)
    with scripted().serve() as server:
        server.fail(command.encode(), silent)
        with reading(mailbox(server.port), Kept(), pace=calm):
            until(lambda: any(one.startswith(command.encode()) for one in server.said))
            began = time.monotonic()
        assert time.monotonic() - began < 2


def test_a_mail_that_comes_as_waiting_begins_is_read_at_once() -> None:
    kept = Kept()

    def at_once(talk: Talk, _tag: bytes) -> bool:
        talk.desk.mails[4] = mail(4)
        talk.writes.write(b"+ idling\r\n* 4 EXISTS\r\n")  # in one packet
        talk.reads.readline()
        return nothing(talk, _tag)

    with scripted().serve() as server:
        server.fail(b"IDLE", at_once)
        with reading(mailbox(server.port), kept, pace=Pace(idle=600)):
            until(lambda: kept.uids == [1, 2, 3, 4])


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 IDLE"])
def test_a_server_that_does_not_tell_is_asked(capabilities: str) -> None:
    kept = Kept()
    with scripted(capabilities=capabilities).serve() as server:
        server.fail(b"IDLE", say(b"NO not today"), times=1000)
        with reading(mailbox(server.port), kept):
            until(lambda: len(kept.mails) == 3)
            server.mails[4] = mail(4)
            until(lambda: kept.uids == [1, 2, 3, 4])
        assert (
            sum(b"AUTHENTICATE" in one or b"LOGIN" in one for one in server.said) == 1
        )
