"""Whom a mail on a ticket brings along become its people, too."""

from __future__ import annotations

from tickets.desk import Desk
from tickets.gate.blocking import is_person_blocked
from tickets.letter import Letter, Mailbox
from tickets.model import Ticket
from tickets.people import add_participant, find_contacts
from tickets.post.posted import Post


def bring_along(desk: Desk, ticket: Ticket, post: Post) -> Ticket:
    """Return the ticket with those of a mail's To and Cc who are not on it.

    Whoever left stays away until they write themselves: others go on answering to
    all.
    """
    people = [one.contact for one in desk.books.participants(ticket.id)]
    here = {one.email for one in people}
    if post.author is not None:
        here.add(post.author.address.lower())
    others = others_of(desk, post.letter)
    named = [box for box in others if box.address.lower() not in here]
    if not named:
        return ticket
    known = desk.books.departed(ticket.id) | {one.id for one in people}
    for contact in find_contacts(desk, named):
        if contact.id not in known and not is_person_blocked(desk, contact):
            ticket = add_participant(desk, ticket, contact, role="cc")
    return ticket


def others_of(desk: Desk, letter: Letter) -> list[Mailbox]:
    """Return the people of To and Cc beside the author, never us, and not too many."""
    shown = [
        box
        for box in (*letter.to, *letter.cc)
        if "@" in box.address and not desk.rules.is_own(box.address)
    ]
    return shown[: desk.rules.participants_a_mail - 1]
