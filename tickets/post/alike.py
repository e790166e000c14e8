"""A mail whose thread is lost is known by its subject and its people."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import Contact, Ticket
from tickets.people import partner_of
from tickets.post.ladder import SAME_SUBJECT, Placed
from tickets.post.subjects import subject_key
from tickets.process import CLOSED

#: A ticket that is so many windows old is another matter, however lively it is.
WINDOWS = 10


def find_alike(desk: Desk, letter: Letter, author: Mailbox) -> Placed | None:
    """Return the one ticket that a mail without a thread continues.

    A wrong one is worse than none: so none of several, none for what programs wrote,
    and none for an author who is not among its people, unless our border server says
    that the address is theirs, and it is a colleague's.
    """
    window = desk.rules.same_subject
    if window is None or letter.automatic or letter.vouched is False:
        return None
    key = subject_key(letter.subject)
    if key is None:
        return None
    people = _people(desk, letter, author)
    if not people:
        return None
    now = desk.work.now
    found = desk.books.tickets_about(
        key,
        [one.id for one in people],
        heard_since=now - window,
        opened_since=now - WINDOWS * window,
    )
    vouched = letter.vouched is True
    fitting = [
        one for one in found if _fits(desk, one, author, people=people, vouched=vouched)
    ]
    return Placed(fitting[0].id, SAME_SUBJECT) if len(fitting) == 1 else None


def _people(desk: Desk, letter: Letter, author: Mailbox) -> list[Contact]:
    """Return those whom a mail names and we know, its author first if known."""
    boxes = (author, *letter.to, *letter.cc)
    shown = [one.address.lower() for one in boxes[: desk.rules.participants_a_mail]]
    named = dict.fromkeys(one for one in shown if not desk.rules.is_own(one))
    known = desk.books.contacts(list(named))
    return [known[one] for one in named if one in known]


def _fits(
    desk: Desk,
    ticket: Ticket,
    author: Mailbox,
    *,
    people: Iterable[Contact],
    vouched: bool,
) -> bool:
    if ticket.stage == CLOSED:
        return False
    email = author.address.lower()
    writer = desk.books.contacts([email]).get(email)
    joined = {one.contact.id for one in desk.books.participants(ticket.id)}
    if writer is not None and writer.id in joined:
        return True
    shared = joined & {one.id for one in people}
    return vouched and bool(shared) and is_colleague(desk, ticket, author)


def is_colleague(desk: Desk, ticket: Ticket, author: Mailbox) -> bool:
    """Say whether an author is of the ticket's organisation, whichever its domain."""
    partner = partner_of(desk, author)
    # A ticket that is older than its requester's organisation names none itself.
    its = ticket.organisation or ticket.requester.organisation
    return partner is not None and its is not None and partner.id == its.id
