"""A mail that belongs to a ticket: a comment, and what follows for its people."""

from __future__ import annotations

from dataclasses import replace

from tickets import chat
from tickets.books import Participant
from tickets.comments import add_comment
from tickets.desk import Desk
from tickets.files.refused import tell_of_files
from tickets.gate.trust import Source, is_colleague, judge
from tickets.letter import Mailbox
from tickets.model import Comment, Contact, Ticket
from tickets.people import add_participant, find_contacts, lift_quiet, role_of
from tickets.post import sealing
from tickets.post.courtesy import has_had_enough, is_answerable, may_tell
from tickets.post.joining import bring_along
from tickets.post.ladder import Placed
from tickets.post.posted import Post, draft_of, remember
from tickets.post.robots import replies
from tickets.stages import answered_by_partner
from tickets.verdict import Verdict
from tickets.wishes.statuses import ASKED
from tickets.words import Outcome, Trust


def go_on(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed, source: Source
) -> Verdict:
    """Add the comment; who is believed becomes one of the ticket's people."""
    work = desk.work
    ticket = desk.books.ticket(placed.ticket_id)
    contact = find_contacts(desk, [author])[0]
    people = desk.books.participants(ticket.id)
    known = next((one for one in people if one.contact.id == contact.id), None)
    # Who left is no stranger: so they come back.
    is_known = known is not None or contact.id in desk.books.departed(ticket.id)
    colleague = is_colleague(contact, ticket)
    trust = judge(replace(source, participant=is_known, colleague=colleague))
    draft = draft_of(desk, post, contact, trust=trust)
    ticket, comment = add_comment(work, ticket, draft)
    if trust is not Trust.UNPROVEN:
        ticket = _let_in(desk, post, ticket, contact=contact, known=known)
        if not post.letter.automatic and placed.rule != ASKED:
            tells = is_answerable(desk, post)
            ticket = answered_by_partner(desk, ticket, contact, tells=tells)
    remember(work, post.letter, ticket.id, trust=trust)
    chat.show_comment(desk, ticket, comment)
    _remark(desk, post, ticket, comment=comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=placed.rule,
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def _let_in(
    desk: Desk,
    post: Post,
    ticket: Ticket,
    *,
    contact: Contact,
    known: Participant | None,
) -> Ticket:
    """Return the ticket with a believed author on it, and those they name."""
    answerable = is_answerable(desk, post)
    is_quiet = known is not None and known.quiet and answerable
    if known is not None and is_quiet and not has_had_enough(desk, post):
        ticket = lift_quiet(desk.work, ticket, known)
    if replies(post.letter):
        return ticket
    if known is None:
        role = role_of(ticket, contact)
        ticket = add_participant(desk, ticket, contact, role=role, quiet=not answerable)
    return bring_along(desk, ticket, post)


def _remark(desk: Desk, post: Post, ticket: Ticket, *, comment: Comment) -> None:
    """Tell what of the mail nobody can read, and who wrote it if they are believed."""
    letter, believed = post.letter, comment.trust is not Trust.UNPROVEN
    if letter.sealed:
        may_ask = believed and is_answerable(desk, post)
        asked = may_ask and sealing.ask(desk, ticket, email=post.mail_from.lower())
        sealing.tell(desk, ticket, letter.sealed, asked=asked)
    to = post.mail_from if believed and may_tell(desk, post) else None
    tell_of_files(desk, ticket, comment, left_out=letter.left_out, to=to)
