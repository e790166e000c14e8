"""A workshop's target that comes later, and what goes on meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.catching_up import CatchUp
from app.mirroring import Mirroring
from app.publishing import Publishing, chosen
from bus.feeds import Choice, Feed
from storage import feeds
from storage.books import SqlBooks
from storage.feeds import Reach
from storage.store import Store
from storage.transaction import Transaction
from tests.app.mirrors import (
    TELLING,
    Taker,
    publishing,
)
from tests.app.workshop import Workshop
from tests.desks import post, rules
from tickets.comments import Draft, add_comment
from tickets.desk import Desk
from tickets.post.receive import receive
from tickets.words import Channel, Trust
from tickets.work import Work

LATE = Feed(name="late")
NN = Feed(name="late", choice=Choice.of(["NN"], []))
CH = Feed(name="late", choice=Choice.of(["CH"], []))


@dataclass(kw_only=True)
class Target:
    """A target that a workshop has from some time on."""

    shop: Workshop
    feed: Feed
    taker: Taker = field(default_factory=Taker)

    def __post_init__(self) -> None:
        source = Mirroring(
            store=self.shop.store,
            target=self.feed.name,
            publisher=self.taker,
            owner="test",
        )
        self.shop.sources.append(source)
        self.choose(self.feed)

    def choose(self, feed: Feed) -> None:
        """Let the desk start with another configuration."""
        self.feed = feed
        self.writes = publishing(feed)
        self.shop.write_with(self.writes.commit)
        enter(self.shop.store, feed)
        self.catch_up = CatchUp(store=self.shop.store, feed=feed, telling=TELLING)

    def step(self) -> bool:
        return self.shop.store.write(self.catch_up.step)

    async def finish(self) -> None:
        while self.step():
            pass
        await self.shop.settle()

    @property
    def reach(self) -> Reach:
        return reach_of(self.shop.store, self.feed.name)


def enter(store: Store, feed: Feed) -> None:
    store.write(lambda tx: feeds.enter(tx, feed.name, chosen(feed)))


def reach_of(store: Store, name: str) -> Reach:
    found = store.read(lambda tx: feeds.known(tx, name))
    assert found is not None
    return found


def comes(taker: Taker) -> list[tuple[str, str]]:
    return [(one["partitionkey"], one["type"].split(".")[2]) for one in taker.events]


def say(store: Store, number: str, text: str, *, writes: Publishing) -> None:
    """Let a partner say something more on a ticket."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        ticket = SqlBooks(tx).ticket_by_number(number)
        assert ticket is not None
        draft = Draft(
            author=ticket.requester,
            text=text,
            channel=Channel.SMTP,
            trust=Trust.PLAUSIBLE,
            fingerprint=text,
        )
        add_comment(work, ticket, draft)
        writes.commit(tx, [work])

    store.write(job)


def open_ticket(store: Store, key: str, *, writes: Publishing) -> None:
    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        desk = Desk(work=work, books=SqlBooks(tx), rules=rules())
        receive(desk, post(message_id=f"<{key}@x>", subject=f"Тема {key}"))
        writes.commit(tx, [work])

    store.write(job)
