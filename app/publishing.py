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
from storage import directory, feeds
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
        named = self._named_anew(tx, works, now)
        flush(tx, works)
        if wishes:
            self.telling.queue(tx, wishes)
        for name in named:
            feeds.look_again(tx, name)

    def _named_anew(
        self, tx: Transaction, works: Sequence[Work], now: Sequence[Feed]
    ) -> list[str]:
        """Return the targets that choose a partner by the former or the new name.

        All its tickets come in sight or go out of it: more than one transaction can
        tell, so it is told as to a target that chooses anew.
        """
        names = {
            one.organisation.id: one.organisation.name
            for work in works
            for one in work.organisations
        }
        if not names:
            return []
        former = directory.names(tx, list(names))
        changed = {(former.get(id_), name) for id_, name in names.items()}
        return [
            feed.name
            for feed in now
            if feed.choice
            and any(
                (old in feed.choice.organisations) != (new in feed.choice.organisations)
                for old, new in changed
            )
        ]

    def _as_they_are(self, tx: Transaction) -> list[Feed]:
        """Return the feeds as their rows have them; one that is ready stays so.

        Another choice takes effect once no process is left that has this one. What
        chooses partners by name is looked up each time: they may be renamed.
        """
        found = []
        for feed in self.feeds:
            known = self._ready.get(feed.name)
            if known is None and (reach := feeds.known(tx, feed.name)):
                known = _feed_of(feed.name, reach)
                if reach.ready and not (known.choice and known.choice.organisations):
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
