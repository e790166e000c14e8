"""A mail that came back is told once to who wrote it, and opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks import letter, rules
from tests.tickets.play import IVAN, Play
from tests.tickets.test_staff import OLGA, opened
from tickets.letter import Report
from tickets.model import SentMail
from tickets.post.posted import Post
from tickets.words import DeliveryState, EventType, Fate

OWN = "<3.abc@example.org>"
WORDS = "550 5.1.1 no such user"


def answered() -> tuple[Play, SentMail]:
    """Return a desk that has just mailed an answer to Ivan and to Olga."""
    play = opened()
    play.say("Готово.")
    return play, send(play, OWN, IVAN)


def send(
    play: Play, message_id: str, recipient: str, *, kind: str = "answer"
) -> SentMail:
    for place, one in enumerate(play.records.deliveries):
        if (one.kind, one.target) == (kind, recipient):
            return play.records.send(place, message_id)
    raise LookupError(f"no {kind} for {recipient}")


def bounce(**more: Any) -> Post:
    told = Report(**{"message_ids": (OWN,), "words": WORDS, **more})
    return Post(letter=letter(report=told, automatic=True), mail_from="", rcpt_tos=())


def test_a_bounce_is_told_under_the_answer_and_opens_nothing() -> None:
    play, sent = answered()
    verdict = play.handle(bounce())
    assert (verdict.outcome, verdict.rule) == ("signal", "mail-failed")
    assert verdict.ticket_id == play.ticket.id
    assert play.types() == [EventType.DELIVERY_FAILED]
    assert play.notices() == ["delivery-failed"]
    facts = play.queued("notice")[0].facts
    assert (facts["recipient"], facts["reason"]) == (IVAN, WORDS)
    assert play.marks() == ["failed"]
    assert play.queued("accepted") == []
    states = play.records.states
    assert states[sent.delivery_id - 1] is DeliveryState.PARKED
    assert len(play.records.tickets) == 1


def test_it_is_told_once_however_many_bounces_come() -> None:
    play, _ = answered()
    play.handle(bounce())
    for _ in range(3):
        verdict = play.handle(bounce(words="552 full"))
        assert (verdict.outcome, verdict.rule) == ("signal", "mail-failed-again")
        assert (play.work.events, play.work.deliveries) == ([], [])


def test_each_recipient_is_told_of_by_itself() -> None:
    play, _ = answered()
    send(play, "<4.def@example.org>", OLGA)
    play.handle(bounce())
    play.handle(bounce(message_ids=("<4.def@example.org>",)))
    assert play.queued("notice")[0].facts["recipient"] == OLGA


def test_a_bounce_of_a_closed_ticket_does_not_reopen_it() -> None:
    play, _ = answered()
    play.press("close")
    play.handle(bounce())
    assert play.ticket.stage == "closed"
    assert play.notices() == ["delivery-failed"]


def test_an_acknowledgement_that_came_back_is_told() -> None:
    play = Play()
    play.mail()
    send(play, OWN, IVAN, kind="accepted")
    play.handle(bounce())
    assert play.notices() == ["delivery-failed"]
    assert play.marks() == []


def test_a_delay_is_a_quiet_line_said_once() -> None:
    play, sent = answered()
    delayed = {"fate": Fate.DELAYED, "words": "connection timed out"}
    assert play.handle(bounce(**delayed)).rule == "mail-delayed"
    assert play.notices() == ["delivery-delayed"]
    assert (play.marks(), play.work.events) == ([], [])
    assert play.records.states[sent.delivery_id - 1] is DeliveryState.SENT
    assert play.handle(bounce(**delayed)).rule == "mail-delayed-again"
    assert play.work.deliveries == []
    play.handle(bounce())
    assert play.notices() == ["delivery-failed"]
    assert play.handle(bounce(**delayed)).rule == "mail-delayed-again"


def test_that_a_notice_is_delayed_is_told_to_nobody() -> None:
    play = Play()
    play.mail()
    send(play, OWN, IVAN, kind="accepted")
    assert play.handle(bounce(fate=Fate.DELAYED)).rule == "mail-delayed"
    assert play.work.deliveries == []


def test_a_mail_that_arrived_is_no_news() -> None:
    play, _ = answered()
    assert play.handle(bounce(fate=Fate.PASSED)).rule == "mail-passed-on"
    assert play.work.deliveries == []


@pytest.mark.parametrize("named", [(), ("<foreign@elsewhere.example>",)])
def test_a_bounce_of_what_we_did_not_send_changes_nothing(
    named: tuple[str, ...],
) -> None:
    play, _ = answered()
    verdict = play.handle(bounce(message_ids=named))
    assert (verdict.outcome, verdict.rule) == ("signal", "delivery-report")
    assert (play.work.events, play.work.deliveries) == ([], [])


def test_the_likeliest_of_several_message_ids_decides() -> None:
    play, _ = answered()
    send(play, "<4.def@example.org>", OLGA)
    play.handle(bounce(message_ids=("<x@y>", "<4.def@example.org>", OWN)))
    assert play.queued("notice")[0].facts["recipient"] == OLGA


def signed_for(play: Play, recipient: str) -> tuple[str, ...]:
    address = play.rules.signer.reply_address(play.ticket.number, recipient)
    return ("other@example.org", (address or "").upper())


def test_without_a_message_id_the_signed_address_leads_to_the_mail() -> None:
    play, _ = answered()
    send(play, "<4.def@example.org>", OLGA)
    play.handle(bounce(message_ids=(), reply_to=signed_for(play, OLGA)))
    assert play.queued("notice")[0].facts["recipient"] == OLGA


def test_an_address_that_is_not_signed_leads_nowhere() -> None:
    play, _ = answered()
    forged = signed_for(play, "somebody@else.example")
    verdict = play.handle(bounce(message_ids=(), reply_to=forged))
    assert verdict.rule == "delivery-report"
    gone = Play(rules=rules())
    assert gone.handle(bounce(reply_to=forged)).rule == "delivery-report"


@pytest.mark.parametrize(
    ("status", "said"),
    [("5.1.1", WORDS), ("", WORDS), ("5.2.2", f"{WORDS} (5.2.2)")],
)
def test_the_code_is_said_unless_the_words_have_it(status: str, said: str) -> None:
    play, _ = answered()
    play.handle(bounce(status=status))
    assert play.queued("notice")[0].facts["reason"] == said


def test_the_journal_keeps_no_address_of_it() -> None:
    play, _ = answered()
    play.handle(bounce())
    assert IVAN not in str(play.work.events[0].data)
