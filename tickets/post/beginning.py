"""A mail that belongs to no ticket opens one, unless something speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from tickets import chat, lanes
from tickets.books import Participant
from tickets.desk import Desk
from tickets.files.refused import tell_of_files
from tickets.gate.blocking import is_person_blocked
from tickets.gate.strangers import Came, meet_by_mail
from tickets.gate.trust import Source, judge
from tickets.letter import Mailbox
from tickets.model import Contact, Ticket
from tickets.opening import open_ticket
from tickets.people import find_contacts
from tickets.post import sealing
from tickets.post.courtesy import has_had_enough, is_answerable
from tickets.post.joining import others_of
from tickets.post.ladder import NEW
from tickets.post.posted import Post, draft_of, remember
from tickets.process import Reader
from tickets.storms.folding import fold
from tickets.storms.gusts import feel, note_opening
from tickets.verdict import Verdict
from tickets.ways import domain_of
from tickets.words import Medium, Outcome, Trust
from tickets.work import OPENING


def begin(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    """Open a ticket, unless a storm has one, or a stranger must be let in first."""
    gust = feel(desk, post.letter, author)
    if gust is not None and gust.parent is not None:
        return fold(desk, post, author, gust=gust, parent=gust.parent)
    met = None if post.admitted else _meet(desk, post, author)
    if met is not None:
        return met
    verdict = _open(desk, post, author)
    if gust is not None and verdict.ticket_id is not None:
        note_opening(desk, gust, verdict.ticket_id)
    return verdict


def _meet(desk: Desk, post: Post, author: Mailbox) -> Verdict | None:
    """Return what becomes of a stranger who must be let in first; None of others."""
    came = Came(
        letter=post.letter,
        author=author,
        return_path=post.mail_from,
        site=desk.rules.site_for(post.rcpt_tos),
        answerable=is_answerable(desk, post),
    )
    return meet_by_mail(desk, came)


def _open(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    letter = post.letter
    people = _people(desk, post, author)
    trust = judge(Source(participant=True, vouched=letter.vouched))
    if trust is Trust.UNPROVEN:
        people = people[:1]  # whoever it names besides may not want to be
    answerable = is_answerable(desk, post)
    too_many = answerable and has_had_enough(desk, post)
    tells = answerable and not too_many
    ticket, comment = open_ticket(
        desk,
        site=desk.rules.site_for(post.rcpt_tos),
        subject=letter.subject,
        people=_participants(people, answerable=answerable, too_many=too_many),
        draft=draft_of(desk, post, people[0], trust=trust),
    )
    remember(desk.work, letter, ticket.id, trust=comment.trust)
    if tells:
        _acknowledge(desk, post, ticket)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, comment)
    if letter.sealed:
        sealing.tell(desk, ticket, letter.sealed, asked=tells)
    to = post.mail_from if tells else None
    tell_of_files(desk, ticket, comment, left_out=letter.left_out, to=to)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=NEW,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _people(desk: Desk, post: Post, author: Mailbox) -> list[Contact]:
    """Return the author first, then others of To and Cc: not us, nor who is blocked."""
    people = find_contacts(desk, [author, *others_of(desk, post.letter)])
    return [one for one in people if not is_person_blocked(desk, one)]


def _participants(
    people: Sequence[Contact], *, answerable: bool, too_many: bool
) -> list[Participant]:
    """Return the author as the requester, then the others; who is not to be told."""
    return [
        Participant(
            contact=contact,
            role="cc" if place else "requester",
            quiet=too_many or not (place or answerable),
        )
        for place, contact in enumerate(people)
    ]


def _acknowledge(desk: Desk, post: Post, ticket: Ticket) -> None:
    """Queue the mail with the number, to the return path (RFC 3834, 4)."""
    notice = desk.rules.process.notice(ticket.stage, Reader.PARTNER)
    sealed = post.letter.sealed is not None
    if sealed and notice != "accepted":
        notice = sealing.NOTICE
    if notice is None:
        return
    to = post.mail_from.lower()
    desk.work.deliver(
        Medium.MAIL,
        notice,
        target=to,
        lane=lanes.mail(ticket.number, to),
        budget=domain_of(to),
        priority=OPENING,
        facts={"sealed": True} if sealed else {},
        ticket_id=ticket.id,
    )
