"""What writes a piece of work and lets the bus know of it, in whichever process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.config import Config
from app.links import SignedLinks
from app.settings import tables
from app.telling import Telling
from bus.feeds import Choice, Feed
from bus.mirror import mirror
from bus.schemas import Schemas
from storage import feeds
from storage.feeds import Chosen, Reach
from storage.flush import flush
from storage.transaction import Transaction
from tickets.work import Work

Commit = Callable[[Transaction, Sequence[Work]], None]


@dataclass(kw_only=True, slots=True)
class Publishing:
    """storage.flush.flush for a desk with a bus; ``feeds`` as they are configured."""

    feeds: tuple[Feed, ...]
    telling: Telling
    _ready: dict[str, Feed] = field(default_factory=dict)

    def commit(self, tx: Transaction, works: Sequence[Work]) -> None:
        """Write works with all that the targets of the bus must hear of them.

        The transaction holds the locks of the tickets that they changed.
        """
        now = self._as_they_are(tx)
        wishes = [
            wish
            for work in works
            for wish in mirror(
                work,
                feeds=now,
                schemas=self.telling.schemas,
                links=self.telling.links,
            )
        ]
        flush(tx, works)
        if wishes:
            self.telling.queue(tx, wishes)

    def _as_they_are(self, tx: Transaction) -> list[Feed]:
        """Return the feeds as their rows have them; one that is ready stays so.

        Another choice takes effect once no process is left that has this one.
        """
        found = []
        for feed in self.feeds:
            known = self._ready.get(feed.name)
            if known is None and (reach := feeds.known(tx, feed.name)):
                known = _feed_of(feed.name, reach)
                if reach.ready:
                    self._ready[feed.name] = known
            if known is None:  # and is not kept: this transaction may be undone
                known = _feed_of(feed.name, feeds.meet(tx, feed.name, chosen(feed)))
            found.append(known)
        return found


def chosen(feed: Feed) -> Chosen:
    return (feed.choice or Choice()).as_json()


def _feed_of(name: str, reach: Reach) -> Feed:
    awaits = range(0) if reach.ready else range(reach.upto + 1, reach.top + 1)
    return Feed(
        name=name,
        choice=None if reach.choice is None else Choice.of(**reach.choice),
        coming=None if reach.coming is None else Choice.of(**reach.coming),
        awaits=awaits,
    )


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
