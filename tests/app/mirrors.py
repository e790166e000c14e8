"""What a target of the bus got, put beside what the desk's rows say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.links import SignedLinks
from app.mirroring import Mirroring
from app.publishing import Publishing
from app.telling import Telling
from bus.feeds import Feed
from bus.schemas import Schemas
from bus.targets import Out
from storage import feeds, views
from storage.books import SqlBooks
from storage.store import Store
from storage.transaction import Transaction
from tests.app.workshop import Workshop
from tests.desks import rules
from tests.replay import State, sha256
from tickets.desk import Desk
from tickets.sending import Answer, Later, Never, Sent
from tickets.words import EventType
from tickets.work import Work

LINKS = SignedLinks(base_url="https://desk.example.org", keys=(b"k" * 32,))
TELLING = Telling(schemas=Schemas(), links=LINKS)
Json = dict[str, Any]


@dataclass(kw_only=True)
class Taker:
    """A bus that keeps what it takes and refuses the types it does not know."""

    refused: set[str] = field(default_factory=set)
    away: bool = False
    events: list[Json] = field(default_factory=list)

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        return [self._take(out) for out in batch]

    def _take(self, out: Out) -> Answer:
        if self.away:
            return Later("nobody there")
        if out.type in self.refused:
            return Never("no such type")
        self.events.append(json.loads(out.body))
        return Sent("ok")

    async def close(self) -> None:
        return

    def sequences(self, number: str) -> list[int]:
        return [int(one["sequence"]) for one in self.of(number)]

    def types(self, number: str) -> list[str]:
        return [one["type"].split(".")[2] for one in self.of(number)]

    def of(self, number: str) -> list[Json]:
        return [one for one in self.events if one["partitionkey"] == number]

    def state(self) -> State:
        """Return what adds up of what was taken, leaving out what came before."""
        state, known = State(), set()
        for event in self.events:
            if event["id"] not in known:
                state.take(event)
            known.add(event["id"])
        return state


def publishing(*feeds: Feed) -> Publishing:
    return Publishing(feeds=feeds, telling=TELLING)


def feed_all(shop: Workshop, name: str) -> None:
    """Let a workshop with nothing in it feed a target from the first event on."""
    shop.write_with(publishing(Feed(name=name)).commit)
    shop.store.write(lambda tx: feeds.meet(tx, name, feeds.EVERYTHING))


def add_targets(shop: Workshop, *feeds: Feed) -> list[Taker]:
    """Let a workshop feed targets; return what they get."""
    shop.write_with(publishing(*feeds).commit)
    takers = [Taker() for _ in feeds]
    for feed, taker in zip(feeds, takers, strict=True):
        shop.sources.append(
            Mirroring(store=shop.store, target=feed.name, publisher=taker, owner="test")
        )
    return takers


def move(store: Store, number: str, site: str, *, writes: Publishing) -> None:
    """Let a ticket go to another site."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        desk = Desk(work=work, books=SqlBooks(tx), rules=rules())
        ticket = desk.books.ticket_by_number(number)
        assert ticket is not None
        work.change(
            ticket,
            EventType.STAGE_CHANGED,
            actor="system",
            data={"from": ticket.stage, "to": ticket.stage},
            site=site,
        )
        writes.commit(tx, [work])

    store.write(job)


def on_the_desk(store: Store, *, sites: Iterable[str] = ()) -> dict[str, Json]:
    """Return the tickets as the desk's rows have them."""
    wanted = set(sites)

    def look(tx: Transaction) -> dict[str, Json]:
        numbers = [
            one["number"]
            for one in views.list_tickets(tx)
            if not wanted or one["site"] in wanted
        ]
        shown = (views.show_ticket(tx, number) for number in numbers)
        return {one["number"]: _of_desk(one) for one in shown if one is not None}

    return store.read(look)


def _of_desk(ticket: Json) -> Json:
    told = {key: one for key, one in ticket.items() if key != "events"}
    told["comments"] = {
        one["id"]: {
            "author": one["author"]["id"],
            **{key: one[key] for key in ("visibility", "trust", "channel", "at")},
            "text": sha256(one["text"]),
            "files": _files(f for f in one["attachments"] if f["state"] == "stored"),
        }
        for one in ticket["comments"]
    }
    return told


def in_the_mirror(state: State) -> dict[str, Json]:
    """Return the tickets as a target of the bus has them, in the same form."""
    tickets = state.listed()
    for ticket in tickets.values():
        del ticket["failures"]
        for one in ticket["participants"]:
            del one["quiet"]  # which is not shown
        ticket["comments"] = {
            one["id"]: {
                "author": one["author"]["id"],
                **{key: one[key] for key in ("visibility", "trust", "channel", "at")},
                "text": one["text_sha256"],
                "files": _files(one["attachments"]),
            }
            for one in ticket["comments"].values()
        }
    return tickets


def _files(found: Iterable[Json]) -> list[tuple[Any, ...]]:
    keys = ("name", "media_type", "size", "sha256")
    return sorted(tuple(one[key] for key in keys) for one in found)
