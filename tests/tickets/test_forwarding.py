"""What specialists forward is its sender's request, and what they write a note."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tickets.play import ANNA, IVAN, Play, written_by
from tickets.gate.blocking import Blocking, block
from tickets.letter import Mailbox
from tickets.rules import Strangers
from tickets.verdict import Verdict
from tickets.words import Outcome, Visibility

ANNAS = "anna@desk.example"
FORWARD = (
    "---------- Forwarded message\nFrom: Пётр <petr@partner.example>\n\nНе печатает."
)
PETR = Mailbox(address="Petr@partner.example", name="Пётр")


@pytest.fixture
def play() -> Play:
    play = Play()
    play.records.staff[ANNA.telegram_id] = replace(ANNA, email=ANNAS)
    return play


def forward(play: Play, sender: str = ANNAS, **more: Any) -> Verdict:
    given: dict[str, Any] = {
        "message_id": "<f@desk.example>",
        "subject": "Fwd: Принтер в бухгалтерии",
        "text": f"Коллеги, это к нам.\n\n{FORWARD}",
        "forward": FORWARD,
        "forwarded_from": PETR,
        "vouched": True,
    }
    return play.handle(written_by(sender, **{**given, **more}))


def test_a_forwarded_mail_is_its_writers_request(play: Play) -> None:
    verdict = forward(play)
    assert (verdict.outcome, verdict.rule) == (
        Outcome.TICKET,
        "forwarded-by-specialist",
    )
    assert play.people == [("petr@partner.example", "requester")]
    assert play.ticket.subject == "Принтер в бухгалтерии"
    assert play.ticket.assignee is None
    first, note = play.records.comments.values()
    assert (first.author.name, first.text) == ("Пётр", FORWARD)
    assert (note.author, note.text) == (
        play.records.staff[ANNA.telegram_id],
        "Коллеги, это к нам.",
    )
    assert note.visibility is Visibility.INTERNAL
    assert [one.target for one in play.queued("accepted")] == ["petr@partner.example"]
    assert play.notices() == ["forwarded"]


def test_a_forward_without_a_word_has_no_note(play: Play) -> None:
    forward(play, text=FORWARD)
    assert len(play.records.comments) == 1


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        pytest.param(ANNAS, {"vouched": None}, id="nobody vouches for them"),
        pytest.param(ANNAS, {"vouched": False}, id="From is forged"),
        pytest.param(
            ANNAS, {"forwarded_from": None}, id="it is not known whose it was"
        ),
        pytest.param(
            ANNAS, {"forwarded_from": Mailbox(address=ANNAS)}, id="it was their own"
        ),
        pytest.param(IVAN, {}, id="they are no specialist"),
    ],
)
def test_else_it_is_the_request_of_who_sent_it(
    play: Play, sender: str, more: dict[str, Any]
) -> None:
    assert forward(play, sender, **more).rule == "new"
    assert play.people == [(sender, "requester")]


def test_what_they_write_on_a_ticket_by_mail_is_a_note(play: Play) -> None:
    play.mail()
    verdict = play.reply(ANNAS, text="Готово, коллеги.", vouched=True)
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMENT, "specialist-by-mail")
    assert play.comment.visibility is Visibility.INTERNAL
    assert not play.queued("answer")
    assert play.notices() == ["noted-by-mail"]
    assert play.people == [(IVAN, "requester")]


def test_unless_nobody_vouches_for_them(play: Play) -> None:
    play.mail()
    play.reply(ANNAS, text="Готово.")
    assert play.comment.visibility is Visibility.PUBLIC


def test_one_who_left_the_company_is_a_stranger(play: Play) -> None:
    del play.records.staff[ANNA.telegram_id]
    assert forward(play).rule == "new"


def test_a_mail_that_came_as_a_file_is_all_of_the_text(play: Play) -> None:
    forward(play, text="Сканер молчит.", forward="")
    [comment] = play.records.comments.values()
    assert (comment.author.name, comment.text) == ("Пётр", "Сканер молчит.")


def test_who_is_blocked_is_not_written_to_for_a_forward(play: Play) -> None:
    wish = Blocking(subject=PETR.address, blocked=True, actor="operator")
    block(play.begin(), wish)
    play.commit()
    assert forward(play).rule == "new"
    assert play.people == [(ANNAS, "requester")]
    assert [one.target for one in play.queued("accepted")] == [ANNAS]


@pytest.mark.parametrize("policy", [Strangers.TRIAGE, Strangers.REFUSE])
def test_a_specialist_need_not_be_let_in(play: Play, policy: Strangers) -> None:
    play.rules = replace(play.rules, strangers=policy)
    unknown = forward(play, forwarded_from=None, message_id="<2@x>", vouched=None)
    assert unknown.rule.startswith("stranger-")
    assert forward(play, forwarded_from=None).rule == "new"
