"""How far the author of a message is believed to be who they say."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.desk import Desk
from tickets.ladder import KNOWN_ID, OWN_ID, Clues, Placed
from tickets.words import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What vouches for an author.

    ``proven``: they wrote to the address signed for them; ``knows_an_id``: they
    answer a mail that only the ticket's people have.
    """

    proven: bool = False
    knows_an_id: bool = False


def judge(source: Source, *, participant: bool) -> Trust:
    """Say how far the author of a comment is believed to be who they say."""
    if source.proven:
        return Trust.PROVEN
    if participant or source.knows_an_id:
        return Trust.PLAUSIBLE
    return Trust.UNPROVEN


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
