"""What every use case works with: the records, the rules, and the work at hand."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.books import Books
from tickets.rules import Rules
from tickets.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One arrival's view of the desk: what is read, decided by, and changed."""

    work: Work
    books: Books
    rules: Rules
