"""How far an author is believed, and what they may do then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.desks import SUPPORT, letter, rules
from tests.tickets.play import IVAN, Play, written_by
from tickets.gate.trust import Source, judge
from tickets.letter import Mailbox
from tickets.post.posted import Post
from tickets.words import Trust

COLLEAGUE, STRANGER = "olga@partner.example", "eve@elsewhere.example"


@pytest.mark.parametrize(
    ("source", "trust"),
    [
        (Source(), Trust.UNPROVEN),
        (Source(proven=True), Trust.PROVEN),
        (Source(proven=True, vouched=False), Trust.PROVEN),
        (Source(participant=True), Trust.PLAUSIBLE),
        (Source(participant=True, vouched=True), Trust.PLAUSIBLE),
        (Source(participant=True, vouched=False), Trust.UNPROVEN),
        (Source(knows_an_id=True), Trust.PLAUSIBLE),
        (Source(knows_an_id=True, vouched=False), Trust.UNPROVEN),
        (Source(knows_an_address=True), Trust.UNPROVEN),
        (Source(knows_an_address=True, vouched=True), Trust.PLAUSIBLE),
        (Source(colleague=True), Trust.UNPROVEN),
        (Source(colleague=True, vouched=True), Trust.PLAUSIBLE),
        (Source(vouched=True), Trust.UNPROVEN),
    ],
    ids=str,
)
def test_an_author_is_believed_as_far_as_something_vouches(
    source: Source, trust: Trust
) -> None:
    assert judge(source) is trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """What a mail on a resolved ticket brought about."""

    trust: Trust
    reopens: bool
    joins: bool
    leads: bool
    unverified: bool


BELIEVED = {"reopens": True, "leads": True, "unverified": False}
UNHEARD = {"reopens": False, "joins": False, "leads": False, "unverified": True}
PROVEN = Effects(trust=Trust.PROVEN, joins=False, **BELIEVED)
OF_OURS = Effects(trust=Trust.PLAUSIBLE, joins=False, **BELIEVED)
JOINED = Effects(trust=Trust.PLAUSIBLE, joins=True, **BELIEVED)
UNPROVEN = Effects(trust=Trust.UNPROVEN, **UNHEARD)
Way = Callable[[Play, str, bool | None], Post]


def by_signed_address(play: Play, sender: str, vouched: bool | None) -> Post:
    """Write to the address that was signed for Ivan."""
    to = play.rules.signer.reply_address(play.ticket.number, IVAN) or ""
    made = letter(
        message_id="<2@x.example>",
        references=("<0@x.example>",),
        author=Mailbox(address=sender),
        to=(Mailbox(address=to),),
        vouched=vouched,
    )
    return Post(letter=made, mail_from=sender, rcpt_tos=(to,))


def by_known_id(_play: Play, sender: str, vouched: bool | None) -> Post:
    return written_by(
        sender,
        message_id="<2@x.example>",
        in_reply_to=("<1@partner.example>",),
        references=("<0@x.example>",),
        vouched=vouched,
    )


def by_tag(play: Play, sender: str, vouched: bool | None) -> Post:
    return written_by(
        sender,
        message_id="<2@x.example>",
        references=("<0@x.example>",),
        subject=f"Re: [{play.ticket.number}] Принтер",
        vouched=vouched,
    )


@pytest.mark.parametrize(
    ("way", "sender", "vouched", "effects"),
    [
        (by_signed_address, IVAN, None, PROVEN),
        (by_signed_address, IVAN, False, PROVEN),
        (by_signed_address, STRANGER, None, UNPROVEN),
        (by_signed_address, STRANGER, True, JOINED),
        (by_signed_address, STRANGER, False, UNPROVEN),
        (by_known_id, IVAN, None, OF_OURS),
        (by_known_id, IVAN, True, OF_OURS),
        (by_known_id, IVAN, False, UNPROVEN),
        (by_known_id, STRANGER, None, JOINED),
        (by_known_id, STRANGER, False, UNPROVEN),
        (by_tag, IVAN, None, OF_OURS),
        (by_tag, IVAN, False, UNPROVEN),
        (by_tag, COLLEAGUE, None, UNPROVEN),
        (by_tag, COLLEAGUE, True, JOINED),
        (by_tag, COLLEAGUE, False, UNPROVEN),
    ],
)
def test_what_a_mail_on_a_ticket_may_do_follows_from_how_far_it_is_believed(
    *, way: Way, sender: str, vouched: bool | None, effects: Effects
) -> None:
    play = Play()
    play.mail()
    before = play.people
    play.press("resolve")
    play.handle(way(play, sender, vouched))
    seen = Effects(
        trust=play.comment.trust,
        reopens=play.ticket.stage == "in-progress",
        joins=len(play.people) > len(before),
        leads=play.records.known["<0@x.example>"].ticket_id is not None,
        unverified=bool(play.queued("comment")[0].facts["unverified"]),
    )
    assert seen == effects
    told = {one.target for one in play.work.deliveries if one.medium == "mail"}
    if effects is UNPROVEN:
        assert not told
    assert play.records.participants(play.ticket.id)[0].contact.email == IVAN


def test_a_forged_request_is_heard_by_staff_alone() -> None:
    play = Play()
    play.mail(vouched=False, cc=(Mailbox(address=STRANGER),))
    assert play.comment.trust == "unproven"
    assert play.queued("comment")[0].facts["unverified"]
    assert not [one for one in play.work.deliveries if one.medium == "mail"]
    assert play.people == [(IVAN, "requester")]
    play.press("accept", str(play.comment.id))
    assert play.comment.trust == "plausible"


def test_a_request_that_the_border_vouches_for_is_as_any_other() -> None:
    play = Play(rules=rules(address=SUPPORT))
    play.mail(vouched=True)
    assert play.comment.trust is Trust.PLAUSIBLE
    assert play.queued("accepted")
