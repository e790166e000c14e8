"""What became of an arrival."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.model import TicketId
from tickets.words import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an arrival became: its one outcome, the row, and the rule that decided.

    One without an outcome waits for a person.
    """

    outcome: Outcome | None
    rule: str
    outcome_id: str | None = None
    ticket_id: TicketId | None = None
