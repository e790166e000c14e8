"""How a ticket's people are reached: by mail, or in their private chat."""

from __future__ import annotations

from typing import Any

from tickets import lanes
from tickets.desk import Desk
from tickets.model import Contact, Json, Ticket, TicketId
from tickets.talk import Person
from tickets.words import Medium
from tickets.work import ANSWER, Work

#: A private chat's person, or an e-mail address.
Way = Person | str


def find_ways(desk: Desk, ticket: Ticket) -> list[Way]:
    """Return the way to each participant who can be reached, never to ourselves.

    Who may be reached both ways gets the one they used last on this ticket.
    """
    people = (one.contact for one in desk.books.participants(ticket.id))
    found = (find_way(desk, ticket.id, one) for one in people)
    return [way for way in found if way is not None]


def find_way(desk: Desk, ticket_id: TicketId, contact: Contact) -> Way | None:
    """Return the way to one person; None if there is none, or it is we ourselves."""
    email = contact.email
    if email is not None and desk.rules.is_own(email):
        return None
    if contact.telegram is None or not desk.rules.telegram:
        return email
    if email is not None and not desk.books.is_answered_in_chat(ticket_id, contact):
        return email
    return Person(id=contact.telegram, name=contact.name, language=contact.language)


def domain_of(email: str) -> str:
    """Return the domain that takes mail for an address."""
    return email.rpartition("@")[2].lower()


def mail_notice(
    work: Work,
    ticket: Ticket,
    kind: str,
    *,
    email: str,
    facts: Json | None = None,
    **more: Any,
) -> None:
    """Queue a mail about a ticket to one address.

    ``more`` are the delivery's ``priority`` and ``comment_id``.
    """
    work.deliver(
        Medium.MAIL,
        kind,
        target=email,
        lane=lanes.mail(ticket.number, email),
        budget=domain_of(email),
        facts=facts or {},
        ticket_id=ticket.id,
        **{"priority": ANSWER, **more},
    )
