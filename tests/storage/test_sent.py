"""Our own mails are found by what came back, and marked with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from storage import handles, sent
from tests.desks import letter
from tests.storage.desk import Bench, InStore, hire, mail, play, said, show
from tests.storage.test_deliveries import Relay, relay
from tickets.letter import Report
from tickets.model import CommentId, SentMail
from tickets.post.posted import Post
from tickets.words import DeliveryState, EventType, Fate
from tickets.work import MailFate

__all__ = ["relay"]  # a fixture
IVAN = "ivan@partner.example"
OLD, OWN = "<1.a@example.org>", "<2.b@example.org>"


def answered(bench: Bench) -> CommentId:
    """Let Ivan be acknowledged and answered, both by mail; return the answer."""
    opened = mail(bench)
    assert opened.ticket_id is not None
    hire(bench)
    show(bench, opened.ticket_id)
    answer = play(bench, said("Готово."))
    bench.send(IVAN, OLD)
    bench.send(IVAN, OWN)
    return CommentId(int(answer.outcome_id or 0))


def found(bench: Bench, *ids: str) -> dict[str, SentMail]:
    return bench.run(lambda desk: desk.books.sent_mails(ids))


def bounce(bench: Bench, **more: Any) -> str:
    told = Report(**{"message_ids": (OWN,), "words": "550 no", **more})
    made = letter(report=told, automatic=True)
    return play(bench, Post(letter=made, mail_from="", rcpt_tos=())).rule


def test_our_mails_are_found_by_message_id(bench: Bench) -> None:
    comment = answered(bench)
    assert found(bench) == {}
    assert list(found(bench, "<other@x>", OWN)) == [OWN]
    own = found(bench, OWN)[OWN]
    assert (own.recipient, own.comment_id, own.fate) == (IVAN, comment, None)
    assert found(bench, OLD)[OLD].comment_id is None


def test_the_newest_mail_to_a_person_is_found(bench: Bench) -> None:
    answered(bench)
    ticket_id = found(bench, OWN)[OWN].ticket_id
    assert ticket_id is not None
    last = bench.run(lambda desk: desk.books.last_mail_to(ticket_id, IVAN))
    assert last == found(bench, OWN)[OWN]
    assert bench.run(lambda desk: desk.books.last_mail_to(ticket_id, "x@y")) is None


def test_a_mail_that_came_back_is_parked_and_counts_as_failed(bench: Bench) -> None:
    comment = answered(bench)
    assert bounce(bench) == "mail-failed"
    assert bench.states(IVAN) == ["sent", "parked"]
    assert found(bench, OWN)[OWN].fate is Fate.FAILED
    progress = bench.look(lambda books: books.progress(comment))
    assert (progress.waiting, progress.failed) == (0, 1)
    assert bounce(bench) == "mail-failed-again"


def test_a_delayed_mail_stays_sent(bench: Bench) -> None:
    comment = answered(bench)
    assert bounce(bench, fate=Fate.DELAYED) == "mail-delayed"
    assert bench.states(IVAN) == ["sent", "sent"]
    assert bench.look(lambda books: books.progress(comment)).failed == 0
    assert bounce(bench, fate=Fate.DELAYED) == "mail-delayed-again"
    assert bounce(bench) == "mail-failed"


def test_the_words_stand_with_the_delivery_and_the_event(bench: Bench) -> None:
    answered(bench)
    bounce(bench)
    if not isinstance(bench, InStore):
        return
    errors = text("SELECT last_error FROM delivery WHERE state = 'parked'")
    assert bench.store.read(lambda tx: tx.run(errors).scalar_one()) == "550 no"
    events = text("SELECT type FROM event WHERE stream = 'ticket:NN-1' ORDER BY seq")
    types = bench.store.read(lambda tx: tx.run(events).scalars().all())
    assert types[-1] == EventType.DELIVERY_FAILED


def test_notices_are_counted_and_answers_are_not(bench: Bench) -> None:
    answered(bench)
    ticket_id = found(bench, OWN)[OWN].ticket_id
    assert ticket_id is not None
    now = datetime.now(UTC)

    def count(address: str, since: datetime) -> int:
        return bench.look(
            lambda books: books.notices_since(ticket_id, address, since=since)
        )

    before = count(IVAN, now - timedelta(hours=1))
    assert before >= 1
    assert count(IVAN, now + timedelta(hours=1)) == 0
    assert count("x@y", now - timedelta(hours=1)) == 0
    play(bench, said("Ещё одно.", message_id=51))
    assert count(IVAN, now - timedelta(hours=1)) == before


def fail(relay: Relay, delivery: int) -> None:
    def job(tx: Any) -> None:
        one = sent.by_message_id(tx, [f"<{delivery}@desk>"])[f"<{delivery}@desk>"]
        sent.note_fates(tx, [MailFate(sent=one, fate=Fate.FAILED, reason="550 no")])

    relay.store.write(job)


def test_what_a_relay_has_in_hand_is_left_to_it(relay: Relay) -> None:
    delivery = relay.queue()
    (due,) = relay.claim()
    relay.begin(due)
    fail(relay, delivery)
    assert relay.row(delivery).state == DeliveryState.SENDING
    relay.sent(due)
    assert relay.states() == ["sent"]


def test_a_mail_that_is_sent_once_more_may_come_back_once_more(relay: Relay) -> None:
    delivery = relay.queue()
    (due,) = relay.claim()
    relay.begin(due)
    relay.sent(due)
    fail(relay, delivery)
    assert relay.row(delivery).state == DeliveryState.PARKED
    assert relay.store.write(lambda tx: handles.retry(tx, delivery))
    (again,) = relay.claim()
    assert again.payload == b"bytes"
    fates = text("SELECT fate FROM sent_mail")
    assert relay.store.read(lambda tx: tx.run(fates).scalars().all()) == [None]
