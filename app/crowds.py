"""How many mails of one domain are in hand, so that a slow one leaves room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from storage.deliveries import Due
from tickets.model import DeliveryId
from tickets.ways import domain_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Crowds:
    """What is in hand by the recipients' domains, ``most`` of each."""

    most: int
    _inside: dict[DeliveryId, str] = field(default_factory=dict)

    def full(self) -> list[str]:
        """Return the domains of which nothing more may come."""
        counts = Counter(self._inside.values())
        return [domain for domain, count in counts.items() if count >= self.most]

    def part(self, dues: Sequence[Due]) -> tuple[list[Due], list[Due]]:
        """Return those that there is room for, and the others; changes nothing."""
        counts = Counter(self._inside.values())
        fit: list[Due] = []
        over: list[Due] = []
        for due in dues:
            domain = domain_of(due.target)
            counts[domain] += 1
            (fit if counts[domain] <= self.most else over).append(due)
        return fit, over

    def enter(self, dues: Iterable[Due]) -> None:
        self._inside.update({due.id: domain_of(due.target) for due in dues})

    def leave(self, dues: Iterable[Due]) -> bool:
        """Let them go; say whether a domain was full until now."""
        full = set(self.full())
        left = {self._inside.pop(due.id, None) for due in dues}
        return not full.isdisjoint(left)
