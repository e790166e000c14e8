"""Whom mails name become a ticket's people; who left stays away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks import SUPPORT, rules
from tests.tickets.play import IVAN, Play, written_by
from tickets.letter import Mailbox, Robot
from tickets.model import Organisation
from tickets.post.posted import Post
from tickets.words import Trust

OLGA, PETR = "olga@partner.example", "petr@partner.example"
AUDITOR = "auditor@elsewhere.example"


def boxes(*addresses: str) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(address=one) for one in addresses)


def test_whoever_is_in_to_and_cc_gets_the_answers(play: Play) -> None:
    play.mail(to=boxes(SUPPORT, OLGA), cc=boxes(PETR, AUDITOR))
    play.say("Смотрим.")
    told = [one.target for one in play.queued("answer")]
    assert told == [IVAN, OLGA, PETR, AUDITOR]


def test_people_of_several_domains_are_one_organisations(play: Play) -> None:
    partner = Organisation(id=77, name="АО «Лютик»", site="NN")
    play.records.partners |= {"lutik.example": partner, "lutik-nn.example": partner}
    author = Mailbox(address="a@lutik.example")
    play.handle(written_by(author.address, cc=boxes("b@lutik-nn.example")))
    people = play.records.participants(play.ticket.id)
    assert {one.contact.organisation for one in people} == {partner}
    assert play.ticket.organisation == partner


def test_a_later_mail_brings_people_along(play: Play) -> None:
    play.mail()
    play.reply(cc=boxes(PETR, SUPPORT, IVAN), to=boxes(SUPPORT, AUDITOR))
    assert play.people == [(IVAN, "requester"), (AUDITOR, "cc"), (PETR, "cc")]
    assert play.types().count("participant-added") == 2
    play.reply(cc=boxes(PETR))
    assert "participant-added" not in play.types()


def test_no_more_than_a_mail_may_bring(play: Play) -> None:
    play.rules = rules(participants_a_mail=3)
    play.mail()
    play.reply(cc=boxes(*(f"p{n}@partner.example" for n in range(9))))
    assert len(play.people) == 3


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        pytest.param("eve@partner.example", {}, id="who is not believed"),
        pytest.param(IVAN, {"robot": Robot.REPLY, "automatic": True}, id="a program"),
    ],
)
def test_some_bring_nobody(play: Play, sender: str, more: dict[str, Any]) -> None:
    play.mail()
    play.reply(
        sender,
        in_reply_to=() if sender != IVAN else ("<1@partner.example>",),
        subject=f"Re: [{play.ticket.number}] x",
        cc=boxes(PETR),
        **more,
    )
    assert (PETR, "cc") not in play.people


def test_a_colleague_answers_the_original_mail_to_all(play: Play) -> None:
    play.mail(cc=boxes(OLGA))
    verdict = play.reply(OLGA, to=boxes(SUPPORT), cc=boxes(IVAN))
    assert verdict.rule == "known-message-id"
    assert play.comment.trust is Trust.PLAUSIBLE


def test_a_colleague_answers_our_mail_to_somebody_else(play: Play) -> None:
    play.mail(cc=boxes(OLGA))
    to = play.rules.signer.reply_address(play.ticket.number, IVAN) or ""
    made = written_by(OLGA, message_id="<2@x.example>", to=boxes(to), text="Я тоже.")
    verdict = play.handle(Post(letter=made.letter, mail_from=OLGA, rcpt_tos=(to,)))
    assert verdict.rule == "signed-address"
    assert play.comment.trust is Trust.PLAUSIBLE


def test_a_colleague_whose_program_drops_the_ids_keeps_the_tag(play: Play) -> None:
    play.mail(cc=boxes(OLGA))
    subject = f"RE: [{play.ticket.number}] Не печатает принтер"
    verdict = play.reply(OLGA, in_reply_to=(), subject=subject)
    assert verdict.rule == "subject-tag"
    assert play.comment.trust is Trust.PLAUSIBLE
