"""What writes a piece of work and lets the bus know of it, in whichever process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.config import Config
from app.links import SignedLinks
from app.settings import tables
from app.telling import Telling
from bus.feeds import Choice, Feed
from bus.mirror import mirror
from bus.schemas import Schemas
from storage.flush import flush
from storage.transaction import Transaction
from tickets.work import Work

Commit = Callable[[Transaction, Sequence[Work]], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Publishing:
    """storage.flush.flush for a desk with a bus."""

    feeds: tuple[Feed, ...]
    telling: Telling

    def commit(self, tx: Transaction, works: Sequence[Work]) -> None:
        """Write works with all that the targets of the bus must hear of them.

        The transaction holds the locks of the tickets that they changed.
        """
        wishes = [
            wish
            for work in works
            for wish in mirror(
                work,
                feeds=self.feeds,
                schemas=self.telling.schemas,
                links=self.telling.links,
            )
        ]
        flush(tx, works)
        if wishes:
            self.telling.queue(tx, wishes)


def publishing_for(config: Config, keys: tuple[bytes, ...]) -> Publishing:
    """Return what writes the works of a desk."""
    links = SignedLinks(base_url=config.http.base_url, keys=keys)
    return Publishing(
        feeds=tuple(feed_of(target) for target in config.bus),
        telling=Telling(schemas=Schemas(), links=links),
    )


def feed_of(target: tables.Bus) -> Feed:
    choice = Choice.of(target.sites, target.organisations)
    return Feed(name=target.name, choice=choice)
