"""Whether everything that was received is accounted for, both ways."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    func,
    select,
)

from storage.checks import CHECKS, PENDING, Finding
from storage.lanes import ARRIVAL
from storage.transaction import Transaction
from tickets.words import Outcome

_arrival = ARRIVAL.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """The sum, and every row that is not in it."""

    received: int
    outcomes: dict[str, int]
    pending: int
    findings: tuple[Finding, ...]

    @property
    def difference(self) -> int:
        unaccounted = self.received - sum(self.outcomes.values()) - self.pending
        return unaccounted + sum(finding.weight for finding in self.findings)

    def as_json(self) -> dict[str, int]:
        return {
            "received": self.received,
            **self.outcomes,
            "pending": self.pending,
            "difference": self.difference,
        }


def audit(tx: Transaction) -> Audit:
    """Add everything up; the transaction must see one moment."""
    state_and_outcome = (_arrival.state, _arrival.outcome)
    found = tx.run(
        select(*state_and_outcome, func.count(), func.sum(_arrival.copies))
        .group_by(*state_and_outcome)
    ).all()  # fmt: skip
    outcomes = {str(outcome): 0 for outcome in Outcome}
    received = pending = 0
    for state, outcome, count, copies in found:
        received += int(copies)
        outcomes[Outcome.DUPLICATE] += int(copies) - count
        if state in PENDING:
            pending += count
        elif outcome in outcomes:
            outcomes[outcome] += count
    return Audit(
        received=received,
        outcomes=outcomes,
        pending=pending,
        findings=tuple(one for check in CHECKS for one in check(tx)),
    )
