"""Who asks how a ticket stands is told, and nothing of it changes."""

from __future__ import annotations

from collections.abc import Sequence

from tickets import chat, lanes
from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import Contact, Json, Ticket
from tickets.post.alike import is_colleague
from tickets.post.ladder import Placed
from tickets.process import CLOSED
from tickets.talk import Wrote
from tickets.verdict import Verdict
from tickets.wishes.asking import Question, may_be_told, question_of
from tickets.words import Medium, Outcome
from tickets.work import CARD

#: What the rule, and the notice, are called.
ASKED, STATUS = "status-asked", "status"
#: So many tickets are looked at, and told of.
_NEWEST, _SHOWN = 50, 10
_BEGINNING = 300


def answer_question(
    desk: Desk, letter: Letter, author: Mailbox, *, placed: Placed | None
) -> Verdict | Placed | None:
    """Queue the answer to a mail that asks how a ticket stands; None if it does not.

    Where the mail has words besides for somebody to read, return where they belong.
    A ticket that is not theirs is answered for like one that is not there.
    """
    question = question_of(letter, author, on_ticket=placed is not None)
    if question is None:
        return None
    ticket = _ticket_meant(desk, question, author, placed=placed)
    email = author.address.lower()
    if may_be_told(desk, email):
        _mail(desk, letter, question, email=email, ticket=ticket)
    if question.says_more and ticket is not None:
        return Placed(ticket.id, ASKED)
    return None if question.says_more else _verdict(ticket)


def answer_in_chat(
    desk: Desk, wrote: Wrote, question: Question, *, near: Ticket | None
) -> Verdict:
    """Tell in a private chat what its person asks about."""
    known = desk.books.contact_in_chat(wrote.person.id)
    contact = known.contact if known else None
    ticket = near
    if question.number is not None:
        ticket = desk.books.ticket_by_number(question.number)
    if ticket is not None and not _is_on(desk, ticket, contact):
        ticket = None
    asked = question.number or (ticket.number if ticket else "")
    found = [ticket] if ticket else [] if question.number else _own(desk, contact)
    facts: Json = {"asked": asked, "tickets": _told(desk, found)}
    chat.tell_person(desk.work, wrote.person, STATUS, facts=facts)
    return _verdict(ticket)


def _ticket_meant(
    desk: Desk, question: Question, author: Mailbox, *, placed: Placed | None
) -> Ticket | None:
    if question.number is not None:
        ticket = desk.books.ticket_by_number(question.number)
    else:
        ticket = desk.books.ticket(placed.ticket_id) if placed else None
    if ticket is None:
        return None
    contact = _contact(desk, author)
    is_theirs = _is_on(desk, ticket, contact) or is_colleague(desk, ticket, author)
    return ticket if is_theirs else None


def _contact(desk: Desk, author: Mailbox) -> Contact | None:
    email = author.address.lower()
    return desk.books.contacts([email]).get(email)


def _is_on(desk: Desk, ticket: Ticket, contact: Contact | None) -> bool:
    people = desk.books.participants(ticket.id)
    return contact is not None and any(one.contact.id == contact.id for one in people)


def _own(desk: Desk, contact: Contact | None) -> list[Ticket]:
    """Return the newest tickets of a person that are not closed, newest first."""
    if contact is None:
        return []
    theirs = desk.books.tickets_of(contact.id, most=_NEWEST)
    found = [desk.books.ticket(one) for one in sorted(theirs)]
    return [one for one in reversed(found) if one.stage != CLOSED][:_SHOWN]


def _mail(
    desk: Desk,
    letter: Letter,
    question: Question,
    *,
    email: str,
    ticket: Ticket | None,
) -> None:
    found = [ticket] if ticket else []
    asked = question.number or (ticket.number if ticket else "")
    if not asked:
        found = _own(desk, desk.books.contacts([email]).get(email))
    facts: Json = {
        "asked": asked,
        "tickets": _told(desk, found),
        "in_reply_to": letter.message_id,
        "references": list(letter.references),
    }
    desk.work.deliver(
        Medium.MAIL,
        STATUS,
        target=email,
        lane=lanes.mail(asked or STATUS, email),
        priority=CARD,
        facts=facts,
        ticket_id=ticket.id if ticket else None,
    )


def _told(desk: Desk, tickets: Sequence[Ticket]) -> list[Json]:
    """Return what is told of tickets, as it is now."""
    standing = desk.books.standing([one.id for one in tickets])
    told: list[Json] = []
    for one in tickets:
        now = standing[one.id]
        told.append(
            {
                "number": one.number,
                "subject": one.subject,
                "stage": one.stage,
                "since": now.since.isoformat(),
                "assignee": one.assignee.name if one.assignee else "",
                "answer": _beginning(now.answer),
                "answered_at": now.answered_at and now.answered_at.isoformat(),
                "due_at": now.due_at and now.due_at.isoformat(),
            }
        )
    return told


def _beginning(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _BEGINNING else f"{plain[:_BEGINNING].rstrip()}…"


def _verdict(ticket: Ticket | None) -> Verdict:
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=ASKED,
        outcome_id=str(ticket.id) if ticket else None,
        ticket_id=ticket.id if ticket else None,
    )
