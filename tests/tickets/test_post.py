"""A mail arrives: every way it may be filed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.desks import FORUM, SUPPORT, letter, post, rules
from tests.tickets.play import IVAN, PARTNER, THREAD, Play, written_by
from tickets.letter import File, Mailbox, Report, Robot
from tickets.model import Site
from tickets.post.posted import Post
from tickets.talk import TopicMoved
from tickets.words import EventType, Outcome, Trust

NO_PATH: dict[str, Any] = {"mail_from": "", "rcpt_tos": (SUPPORT,)}


def test_a_first_mail_opens_a_ticket_and_is_acknowledged() -> None:
    play = Play()
    verdict = play.mail()
    assert (verdict.outcome, verdict.rule) == ("ticket", "new")
    assert verdict.ticket_id == play.ticket.id
    assert play.ticket.number == "NN-1"
    assert play.ticket.organisation == PARTNER
    assert (play.ticket.stage, play.comment.trust) == ("new", Trust.PLAUSIBLE)
    assert play.people == [(IVAN, "requester")]
    assert [one.target for one in play.queued("accepted")] == [IVAN]
    kinds = [one.kind for one in play.work.deliveries]
    assert kinds == ["accepted", "card", "comment"]


def test_the_people_of_to_and_cc_are_participants_and_we_are_not() -> None:
    play = Play()
    play.mail(
        to=(Mailbox(address=SUPPORT.upper()), Mailbox(address="Olga@partner.example")),
        cc=(
            Mailbox(address="support+nn-9.aaaaaaaaaaaaaaaaaa@example.org"),
            Mailbox(address="support+anything@example.org"),
            Mailbox(address=IVAN.upper()),
            Mailbox(address="undisclosed-recipients:;"),
            Mailbox(address="pjotr@elsewhere.example"),
        ),
    )
    assert play.people == [
        (IVAN, "requester"),
        ("olga@partner.example", "cc"),
        ("pjotr@elsewhere.example", "cc"),
    ]


def test_who_is_named_by_two_addresses_joins_once() -> None:
    play = Play()
    play.mail()
    ivan = play.records.people[IVAN]
    play.records.people["ivan@home.example"] = ivan
    play.mail(
        message_id="<b@x>",
        subject="Другое",
        cc=(Mailbox(address="ivan@home.example"),),
    )
    assert play.types().count(EventType.PARTICIPANT_ADDED) == 1


def test_only_so_many_become_participants() -> None:
    play = Play(rules=rules(participants_a_mail=3))
    crowd = tuple(Mailbox(address=f"p{n}@partner.example") for n in range(9))
    play.mail(cc=crowd)
    assert len(play.people) == 3


def test_public_domains_are_no_organisation() -> None:
    play = Play(rules=rules(public_domains=frozenset({"partner.example"})))
    play.mail()
    assert play.ticket.organisation is None
    assert play.ticket.requester.organisation is None


def test_a_mail_without_any_author_is_set_aside() -> None:
    play = Play()
    verdict = play.handle(Post(letter=letter(author=None), **NO_PATH))
    assert (verdict.outcome, verdict.rule) == (Outcome.PARKED, "no-author")
    assert play.work.deliveries == []


def test_without_from_the_return_path_is_the_author() -> None:
    play = Play()
    play.handle(replace(post(author=None), mail_from="Scan@partner.example"))
    assert play.people == [("scan@partner.example", "requester")]


@pytest.mark.parametrize(
    ("came", "rule"),
    [
        pytest.param(
            written_by(SUPPORT, own_ticket="NN-1"), "own-mail-came-back", id="own mail"
        ),
        pytest.param(
            Post(letter=letter(report=Report()), **NO_PATH),
            "delivery-report",
            id="a bounce",
        ),
        pytest.param(
            Post(letter=letter(report=Report()), mail_from="x@y", rcpt_tos=()),
            "delivery-report",
            id="a bounce with a return path",
        ),
        pytest.param(
            Post(letter=letter(robot=Robot.REPLY, automatic=True), **NO_PATH),
            "auto-reply",
            id="an automatic reply",
        ),
        pytest.param(
            written_by("x@y.example", robot=Robot.RECEIPT, automatic=True),
            "read-receipt",
            id="a read receipt",
        ),
    ],
)
def test_what_no_person_wrote_is_a_signal(came: Post, rule: str) -> None:
    play = Play()
    verdict = play.handle(came)
    assert (verdict.outcome, verdict.rule) == (Outcome.SIGNAL, rule)
    assert play.work.events == []


def test_a_person_without_a_return_path_gets_a_ticket_and_no_acknowledgement() -> None:
    play = Play()
    assert play.handle(Post(letter=letter(), **NO_PATH)).outcome == "ticket"
    assert play.queued("accepted") == []


def test_our_own_address_as_author_is_filed_and_never_mailed() -> None:
    play = Play()
    assert play.handle(written_by(SUPPORT)).outcome == "ticket"
    assert play.people == []
    assert play.queued("accepted") == []
    play.say("Кто это?")
    assert play.notices() == ["nobody-to-mail"]
    play.reply(SUPPORT)
    assert play.people == []


@pytest.mark.parametrize("body", ["Здравствуйте!   Принтер\r\nмолчит.", None])
def test_the_same_mail_by_another_way_is_a_duplicate(body: str | None) -> None:
    play = Play()
    play.mail()
    verdict = play.mail(**({"text": body} if body else {}))
    assert (verdict.outcome, verdict.rule) == ("duplicate", "same-message-id-and-body")
    assert verdict.ticket_id == play.ticket.id
    assert play.work.events == []
    assert play.work.deliveries == []


def test_the_same_id_with_other_words_is_a_comment_and_its_copy_a_duplicate() -> None:
    play = Play()
    play.mail()
    file = File(name="a.txt", media_type="text/plain", content=b"x")
    for more in ({"text": "Другое."}, {"files": (file,)}):
        other = play.mail(**more)
        assert (other.outcome, other.rule) == ("comment", "known-message-id")
        assert play.mail(**more).outcome == "duplicate"
    assert play.mail().outcome == "duplicate"


def test_the_same_mail_is_a_duplicate_however_its_text_was_parted() -> None:
    play = Play()
    play.mail(text="Thanks.\n\n> Is it well?")
    copy = play.mail(text="Thanks.", quoted="> Is it well?")
    assert copy.outcome is Outcome.DUPLICATE


def test_an_answer_joins_by_the_message_it_answers() -> None:
    play = Play()
    play.mail()
    verdict = play.reply()
    assert (verdict.outcome, verdict.rule) == ("comment", "known-message-id")
    assert play.comment.trust is Trust.PLAUSIBLE
    assert play.ticket.number == "NN-1"


def test_a_colleague_who_answers_the_original_mail_joins_the_ticket() -> None:
    play = Play()
    play.mail()
    play.reply("olga@partner.example")
    assert play.comment.trust is Trust.PLAUSIBLE
    assert play.people == [(IVAN, "requester"), ("olga@partner.example", "cc")]


def test_a_mail_that_an_earlier_one_referred_to_joins_its_ticket() -> None:
    play = Play()
    play.reply()
    verdict = play.mail()
    assert (verdict.outcome, verdict.rule) == ("comment", "known-message-id")
    assert play.reply(references=("<1@partner.example>",)).outcome == "comment"
    assert len(play.records.tickets) == 1


def signed_reply(play: Play, sender: str, recipient: str = IVAN) -> Post:
    """Return a mail to the address that was signed for ``recipient``."""
    number = play.ticket.number
    address = play.rules.signer.reply_address(number, recipient) or ""
    reply = written_by(sender, message_id="<signed@x>", subject="Re", text="Спасибо.")
    return replace(reply, rcpt_tos=(address,))


@pytest.mark.parametrize("place", ["envelope", "to", "cc"])
def test_a_signed_address_proves_its_person_wherever_it_stands(place: str) -> None:
    play = Play()
    play.mail()
    reply = signed_reply(play, IVAN.upper())
    if place != "envelope":
        shown = {place: (Mailbox(address=reply.rcpt_tos[0].upper()),)}
        reply = Post(
            letter=replace(reply.letter, **shown),  # type: ignore[arg-type] # a field
            mail_from=IVAN,
            rcpt_tos=(SUPPORT,),
        )
    verdict = play.handle(reply)
    assert (verdict.outcome, verdict.rule) == ("comment", "signed-address")
    assert play.comment.trust is Trust.PROVEN


def test_a_signed_address_used_by_another_person_proves_only_the_thread() -> None:
    play = Play()
    play.mail()
    verdict = play.handle(signed_reply(play, "eve@elsewhere.example"))
    assert (verdict.outcome, verdict.rule) == ("comment", "signed-address")
    assert play.comment.trust is Trust.UNPROVEN
    assert play.people == [(IVAN, "requester")]
    assert play.queued("comment")[0].facts == {"unverified": True}


def test_a_participant_may_use_anothers_signed_address() -> None:
    play = Play()
    play.mail(cc=(Mailbox(address="olga@partner.example"),))
    play.handle(signed_reply(play, "olga@partner.example"))
    assert play.comment.trust is Trust.PLAUSIBLE


def test_a_forged_address_proves_nothing() -> None:
    play = Play()
    play.mail()
    reply = signed_reply(play, IVAN, recipient="somebody@else.example")
    assert play.handle(reply).outcome == "ticket"
    gone = replace(reply, rcpt_tos=(reply.rcpt_tos[0].replace("nn-1", "nn-99"),))
    changed = replace(gone.letter, message_id="<other@x>")
    assert play.handle(replace(gone, letter=changed)).outcome == "ticket"


def tagged(sender: str) -> Post:
    return written_by(
        sender, message_id="<tag@x>", subject="Re: [nn-1] Принтер", text="Ещё раз."
    )


@pytest.mark.parametrize(
    ("sender", "outcome", "trust"),
    [
        pytest.param(IVAN, "comment", Trust.PLAUSIBLE, id="a participant"),
        pytest.param(
            "eva@partner.example", "comment", Trust.UNPROVEN, id="a colleague"
        ),
        pytest.param("x@elsewhere.example", "ticket", Trust.PLAUSIBLE, id="a stranger"),
    ],
)
def test_a_tag_is_for_participants_and_their_organisation(
    sender: str, outcome: str, trust: Trust
) -> None:
    play = Play()
    play.mail()
    assert play.handle(tagged(sender)).outcome == outcome
    assert play.comment.trust is trust


def test_a_tag_of_a_ticket_without_an_organisation_is_for_nobody_else() -> None:
    play = Play()
    play.records.partners.clear()
    play.mail()
    assert play.handle(tagged("eva@partner.example")).outcome == "ticket"


def test_an_unproven_mail_vouches_for_nobody() -> None:
    play = Play()
    play.mail()
    play.handle(signed_reply(play, "eve@elsewhere.example"))
    for sender in ("eve@elsewhere.example", "adam@elsewhere.example"):
        verdict = play.reply(sender, in_reply_to=("<signed@x>",), text="Верьте мне.")
        assert (verdict.rule, play.ticket.number) == ("known-message-id", "NN-1")
        assert play.comment.trust is Trust.UNPROVEN
    assert play.people == [(IVAN, "requester")]


def test_what_an_unproven_mail_refers_to_leads_nowhere() -> None:
    play = Play()
    play.mail()
    mail = signed_reply(play, "eve@elsewhere.example")
    named = ("<later@elsewhere.example>",)
    play.handle(replace(mail, letter=replace(mail.letter, references=named)))
    assert play.mail(message_id=named[0], text="Верьте мне.").outcome == "ticket"


def test_an_accepted_mail_vouches_again() -> None:
    play = Play()
    play.mail()
    play.handle(signed_reply(play, "eve@elsewhere.example"))
    play.press("accept", str(play.comment.id))
    play.reply("adam@elsewhere.example", in_reply_to=("<signed@x>",))
    assert play.comment.trust is Trust.PLAUSIBLE


@pytest.mark.parametrize("ended", ["closed", "resolved"])
def test_a_partners_answer_reopens_and_an_automatic_one_does_not(ended: str) -> None:
    play = Play()
    play.mail()
    play.records.tickets[play.ticket.id] = replace(
        play.ticket, stage=ended, resolved_at=play.now
    )
    play.reply(automatic=True)
    assert play.ticket.stage == ended
    play.reply()
    assert play.ticket.stage == "in-progress"
    assert play.ticket.resolved_at is None
    assert EventType.REOPENED in play.types()


def test_a_partners_answer_ends_the_waiting() -> None:
    play = Play()
    play.mail()
    play.say("Какая модель?")
    assert play.ticket.stage == "waiting"
    play.reply()
    assert play.ticket.stage == "in-progress"


def test_an_unproven_mail_does_not_reopen() -> None:
    play = Play()
    play.mail()
    closes = TopicMoved(
        chat=FORUM, thread_id=THREAD + play.ticket.id, author=4242, closed=True
    )
    play.handle(closes)
    play.handle(tagged("eva@partner.example"))
    assert play.ticket.stage == "closed"


def test_an_automatic_mail_opens_a_ticket_and_is_not_acknowledged() -> None:
    play = Play()
    assert play.mail(automatic=True).outcome == "ticket"
    assert play.queued("accepted") == []


def test_the_acknowledgement_goes_to_the_return_path() -> None:
    play = Play()
    play.handle(replace(post(), mail_from="Bounces@list.example"))
    assert [one.target for one in play.queued("accepted")] == ["bounces@list.example"]


def test_an_address_gets_so_many_acknowledgements_a_day() -> None:
    play = Play(rules=rules(acknowledgements_a_day=2))
    got = []
    for n in range(4):
        play.mail(message_id=f"<{n}@x>", subject=f"Тема {n}")
        got.append(len(play.queued("accepted")))
    assert got == [1, 1, 0, 0]
    play.now += timedelta(days=1)
    play.mail(message_id="<next@x>")
    assert len(play.queued("accepted")) == 1


def test_the_first_address_that_names_a_site_decides() -> None:
    north, south = (
        Site(code=code, name=code, timezone="UTC", language="ru", addresses=(address,))
        for code, address in (("NN", SUPPORT), ("CHE", "chel@example.org"))
    )
    play = Play(rules=rules(sites=(north, south)))
    for recipients, code in (
        (("other@example.org", "chel@example.org"), "CHE"),
        (("Chel+urgent@example.org",), "CHE"),
        (("other@example.org",), "NN"),
    ):
        letter_ = letter(message_id=f"<{len(play.records.tickets)}@x>")
        play.handle(Post(letter=letter_, mail_from=IVAN, rcpt_tos=recipients))
        assert play.ticket.site == code


def test_files_are_kept_once_and_each_has_its_event() -> None:
    play = Play()
    twins = tuple(
        File(name=name, media_type="text/plain", content=b"same")
        for name in ("a.txt", "b.txt")
    )
    play.mail(files=twins)
    assert len(play.records.blobs) == 1
    assert play.types().count(EventType.ATTACHMENT_ADDED) == 2
    assert [one.facts for one in play.queued("file")] == [
        {"attachment": file.id} for file in play.comment.attachments
    ]


@pytest.mark.parametrize(("text", "whole"), [("й" * 3500, 0), ("😀" * 1751, 1)])
def test_a_long_comment_follows_as_a_file(text: str, whole: int) -> None:
    play = Play()
    play.mail(text=text)
    assert len(play.queued("full-text")) == whole


def test_without_a_chat_nothing_is_queued_for_it() -> None:
    play = Play(rules=rules(telegram=False))
    play.mail()
    assert [one.kind for one in play.work.deliveries] == ["accepted"]
