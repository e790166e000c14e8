"""A person leaves a ticket: by a link, by a word in a mail, or in the chat."""

from __future__ import annotations

from tickets import chat
from tickets.books import Participant
from tickets.comments import person
from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import Ticket
from tickets.post.ladder import Placed
from tickets.post.subjects import bare_subject
from tickets.talk import Left, Wrote
from tickets.verdict import Verdict
from tickets.ways import mail_notice
from tickets.wishes.asking import may_be_told
from tickets.wishes.vocabulary import LEAVES
from tickets.words import EventType, Outcome
from tickets.work import CARD, Departure

_AROUND = " \t\r\n.,;:!?\"'«»“”()-–—*"
_READ = 20_000
LEFT, LEFT_ALREADY = "left", "left-already"


def says_leave(letter: Letter) -> bool:
    """Say whether a mail says nothing but that its author leaves.

    In the subject it counts where nothing else is said: so mail programs write it.
    """
    said = _plain(_own_lines(letter.text)) or _plain(bare_subject(letter.subject))
    return said in LEAVES and not letter.files


def _own_lines(text: str) -> str:
    """Leave out quotes that nothing announces: apart they stay with the text."""
    lines = text[:_READ].splitlines()
    return "\n".join(line for line in lines if not line.startswith(">"))


def _plain(text: str) -> str:
    return " ".join(text[:200].casefold().split()).strip(_AROUND)


def leave_by_mail(
    desk: Desk, letter: Letter, author: Mailbox, *, placed: Placed, answerable: bool
) -> Verdict | None:
    """Let the author leave the ticket if that is all they say; None if it is not."""
    if not says_leave(letter) or letter.automatic or letter.vouched is False:
        return None
    email = author.address.lower()
    contact = desk.books.contacts([email]).get(email)
    if contact is None:
        return None
    ticket = desk.books.ticket(placed.ticket_id)
    people = desk.books.participants(ticket.id)
    one = next((p for p in people if p.contact.id == contact.id), None)
    if one is None:  # who says so twice is not to be back by it
        is_gone = contact.id in desk.books.departed(ticket.id)
        return _left(ticket, rule=LEFT_ALREADY) if is_gone else None
    ticket = leave(desk, ticket, one)
    if answerable and may_be_told(desk, email):
        mail_notice(desk.work, ticket, LEFT, email=email, priority=CARD)
    return _left(ticket)


def leave_by_link(desk: Desk, left: Left) -> Verdict:
    """Let go whom a link names, unless they are gone already."""
    link = left.link
    ticket = desk.books.ticket(link.ticket_id)
    people = desk.books.participants(ticket.id)
    one = next((p for p in people if p.contact.id == link.contact_id), None)
    if one is None:
        return _left(ticket, rule=LEFT_ALREADY)
    return _left(leave(desk, ticket, one))


def leave_in_chat(desk: Desk, wrote: Wrote, ticket: Ticket | None) -> Verdict:
    """Let a person leave the ticket that their private chat is about."""
    people = desk.books.participants(ticket.id) if ticket else ()
    me = wrote.person.id
    one = next((p for p in people if p.contact.telegram == me), None)
    if ticket is None or one is None:
        chat.tell_person(desk.work, wrote.person, "nothing-to-leave")
        return Verdict(outcome=Outcome.COMMAND, rule="nothing-to-leave")
    ticket = leave(desk, ticket, one)
    chat.tell_person(desk.work, wrote.person, LEFT, ticket=ticket)
    return _left(ticket)


def leave(desk: Desk, ticket: Ticket, one: Participant) -> Ticket:
    """Return the ticket without a participant, as the specialists are told."""
    contact = one.contact
    departure = Departure(ticket_id=ticket.id, contact_id=contact.id)
    desk.work.departures.append(departure)
    ticket = desk.work.change(
        ticket,
        EventType.PARTICIPANT_REMOVED,
        actor=f"contact:{contact.id}",
        data={"contact": contact.id},
        content={"person": person(contact)},
    )
    notice = "requester-left" if contact.id == ticket.requester.id else LEFT
    chat.tell_topic(desk, ticket, notice, facts={"recipient": contact.name})
    return ticket


def _left(ticket: Ticket, rule: str = LEFT) -> Verdict:
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=rule,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )
