"""Encrypted mail opens and continues tickets; who wrote it is asked to write openly."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tests.desks import rules
from tests.tickets.play import IVAN, Play, written_by
from tickets.letter import Sealed
from tickets.process import DEFAULT
from tickets.words import Trust


def test_an_encrypted_mail_opens_a_ticket_whose_topic_says_so() -> None:
    play = Play()
    assert play.mail(sealed=Sealed.SMIME, text="").outcome == "ticket"
    [accepted] = play.queued("accepted")
    assert (accepted.target, accepted.facts) == (IVAN, {"sealed": True})
    [notice] = play.queued("notice")
    assert notice.facts["notice"] == "sealed-asked"
    assert notice.facts["form"] == "S/MIME"
    kinds = [one.kind for one in play.work.deliveries]
    assert kinds.index("comment") < kinds.index("notice")


def test_an_encrypted_answer_is_a_comment_and_its_author_is_asked() -> None:
    play = Play()
    play.mail()
    assert play.reply(sealed=Sealed.PGP).outcome == "comment"
    assert [one.target for one in play.queued("sealed")] == [IVAN]
    assert play.notices() == ["sealed-asked"]


def test_a_desk_that_acknowledges_nothing_asks_all_the_same() -> None:
    silent = replace(DEFAULT, told=MappingProxyType({}))
    play = Play(rules=rules(process=silent))
    play.mail(sealed=Sealed.PGP)
    assert [one.target for one in play.queued("accepted", "sealed")] == [IVAN]
    assert [one.kind for one in play.queued("accepted", "sealed")] == ["sealed"]
    play.mail(message_id="<2@partner.example>", subject="Another thing")
    assert not play.queued("accepted", "sealed")


def test_who_only_claims_to_belong_to_the_ticket_is_not_asked() -> None:
    play = Play()
    play.mail()
    subject = f"Re: [{play.ticket.number}] Принтер"
    play.handle(
        written_by(
            "eve@partner.example",
            message_id="<eve@partner.example>",
            subject=subject,
            sealed=Sealed.PGP,
        )
    )
    assert play.comment.trust is Trust.UNPROVEN
    assert not play.queued("sealed")
    assert play.notices() == ["sealed"]


def test_a_program_that_encrypts_is_not_asked() -> None:
    play = Play()
    play.mail(sealed=Sealed.PGP, automatic=True)
    assert not play.queued("accepted", "sealed")
    assert play.notices() == ["sealed"]


def test_nobody_is_asked_without_end() -> None:
    play = Play(rules=rules(notices_an_hour=2))
    play.mail()
    play.reply(sealed=Sealed.PGP)
    assert len(play.queued("sealed")) == 1
    play.reply(sealed=Sealed.PGP)
    assert not play.queued("sealed")
    assert play.notices() == ["sealed"]
