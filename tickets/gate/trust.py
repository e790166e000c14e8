"""How far the author of a message is believed to be who they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tickets.desk import Desk
from tickets.model import Contact, Ticket
from tickets.post.ladder import KNOWN_ID, OWN_ID, Clues, Placed
from tickets.words import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What vouches for an author, and what speaks against them.

    ``proven``: they wrote to the address signed for them; ``participant``: they are
    one of the ticket's people; ``knows_an_id``: they answer a mail that only those
    have; ``knows_an_address``: they wrote to an address signed for one of those;
    ``colleague``: they belong to the ticket's organisation; ``vouched``: our border
    server says that the address is theirs (True), or that it is forged (False).
    """

    proven: bool = False
    participant: bool = False
    knows_an_id: bool = False
    knows_an_address: bool = False
    colleague: bool = False
    vouched: bool | None = None


#: Read from the top down: the first that fits decides. That an address is really
#: theirs says nothing of whether a stranger belongs to the ticket: so it counts only
#: for who does by another sign. A forged one is none, whoever's it is; but the signed
#: address outweighs it, as nobody else was ever given that, and forwarding breaks
#: signatures.
RULES: tuple[tuple[Callable[[Source], bool], Trust], ...] = (
    (lambda one: one.proven, Trust.PROVEN),
    (lambda one: one.vouched is False, Trust.UNPROVEN),
    (lambda one: one.participant, Trust.PLAUSIBLE),
    (lambda one: one.knows_an_id, Trust.PLAUSIBLE),
    (lambda one: bool(one.vouched) and one.knows_an_address, Trust.PLAUSIBLE),
    (lambda one: bool(one.vouched) and one.colleague, Trust.PLAUSIBLE),
)


def judge(source: Source) -> Trust:
    """Say how far the author of a comment is believed to be who they say.

    A proven and a plausible one may do the same: be one of the ticket's people, open
    it again, let what they refer to lead to it. An unproven one is heard by staff alone
    until somebody accepts it.
    """
    return next((trust for fits, trust in RULES if fits(source)), Trust.UNPROVEN)


def is_colleague(author: Contact, ticket: Ticket) -> bool:
    """Say whether the author belongs to the organisation whose ticket it is."""
    # A ticket that is older than its requester's organisation names none itself.
    its = ticket.organisation or ticket.requester.organisation
    own = author.organisation
    return its is not None and own is not None and own.id == its.id


def answers_known_mail(desk: Desk, clues: Clues, placed: Placed) -> bool:
    """Say whether a mail was placed by one that only the ticket's people have.

    A mail that was not believed itself vouches for nobody: else whoever slipped one
    in could follow it up as a partner.
    """
    if placed.rule == OWN_ID:
        return True
    if placed.rule != KNOWN_ID:
        return False
    ref = next(one for one in (*clues.parents, clues.self_ref) if one and one.ticket_id)
    if ref.arrival_id is None:
        return True
    return desk.books.trust_of(ref.arrival_id) is not Trust.UNPROVEN
