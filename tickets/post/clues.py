"""What a mail says about where it belongs, looked up in the records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import TicketId
from tickets.post.ladder import Clues, Ref, tag_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A valid signed reply address: the ticket, and whom it was made for."""

    ticket_id: TicketId
    recipient: str

    def is_for(self, author: Mailbox) -> bool:
        return self.recipient == author.address.lower()


def find_refs(desk: Desk, letter: Letter) -> dict[str, Ref]:
    """Lock and return all the Message-IDs that a mail names, its own included."""
    ids = {*letter.references, *letter.in_reply_to}
    if letter.message_id:
        ids.add(letter.message_id)
    return desk.books.refs(sorted(ids)) if ids else {}


def find_signed(
    desk: Desk, letter: Letter, author: Mailbox, *, rcpt_tos: Sequence[str]
) -> Signed | None:
    """Return what the first valid signed address among the recipients says."""
    shown = [box.address for box in (*letter.to, *letter.cc)]
    for address in dict.fromkeys((*rcpt_tos, *shown)):
        said = desk.rules.signer.read(address)
        ticket = desk.books.ticket_by_number(said.number) if said else None
        if said is None or ticket is None:
            continue
        for email in _candidates(desk, ticket.id, author):
            if desk.rules.signer.proves(said.token, said.number, email):
                return Signed(ticket_id=ticket.id, recipient=email)
    return None


def _candidates(desk: Desk, ticket_id: TicketId, author: Mailbox) -> Iterator[str]:
    yield author.address.lower()
    for one in desk.books.participants(ticket_id):
        if one.contact.email:
            yield one.contact.email


def gather(
    desk: Desk,
    letter: Letter,
    author: Mailbox,
    *,
    refs: dict[str, Ref],
    signed: Signed | None,
) -> Clues:
    """Return the clues by which a mail climbs the ladder."""
    nearest_first = [*letter.in_reply_to, *reversed(letter.references)]
    return Clues(
        signed=signed.ticket_id if signed else None,
        parents=tuple(refs[one] for one in nearest_first if one in refs),
        self_ref=refs.get(letter.message_id or ""),
        tagged=_tagged(desk, letter.subject, author),
    )


def _tagged(desk: Desk, subject: str, author: Mailbox) -> TicketId | None:
    """Return the tag's ticket for its participants and their organisation."""
    number = tag_of(subject)
    ticket = desk.books.ticket_by_number(number) if number else None
    if ticket is None:
        return None
    email = author.address.lower()
    people = desk.books.participants(ticket.id)
    if any(one.contact.email == email for one in people):
        return ticket.id
    domain = email.rpartition("@")[2]
    partner = desk.books.organisations([domain]).get(domain)
    # A ticket that is older than its requester's organisation names none itself.
    its = ticket.organisation or ticket.requester.organisation
    return ticket.id if partner is not None and partner == its else None
