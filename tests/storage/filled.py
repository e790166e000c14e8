"""A store with something in it: a ticket, its answer, people and traffic."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import create_engine, text

from app.filing import Filing
from storage import doors, people
from storage.books import SqlBooks
from storage.chats import add_topic
from storage.doors import NewArrival
from storage.flush import flush
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.desks import FORUM, new_arrival, post, rules
from tickets.letter import File, Mailbox
from tickets.talk import Happening, Said
from tickets.words import Role
from tickets.work import NewTopic, Work

ANNA = 4242
LETTER = post(
    cc=(Mailbox(address="olga@partner.example", name="Olga"),),
    files=(File(name="a.txt", media_type="text/plain", content=b"abc"),),
)


def file(store: Store, key: str, came: Any, *, channel: str = "smtp") -> None:
    """Keep one arrival and file it as what it came to."""
    store.write(lambda tx: doors.keep(tx, [arrival(key, channel)]))
    inbox = Filing(store=store, rules=rules(), write=flush, owner="t")

    async def work() -> None:
        for one in await inbox.claim(10):
            await inbox.file([(one, came)])

    asyncio.run(work())


def arrival(key: str, channel: str = "smtp") -> NewArrival:
    made = new_arrival(key)
    return NewArrival(
        channel=channel,
        source_key=key,
        lane=made.lane,
        received_at=made.received_at,
        envelope=made.envelope,
        raw=made.raw,
        door=channel,
    )


def register(store: Store) -> None:
    """Add a partner and a specialist."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        people.add_organisation(
            tx, work, name="Partner", domains=["partner.example"], site="NN"
        )
        people.add_specialist(
            tx, work, name="Anna", telegram_id=ANNA, site="NN", role=Role.SPECIALIST
        )
        flush(tx, [work])

    store.write(job)


def fill(store: Store) -> None:
    """Open NN-1 with a file and a person in copy, and answer it from the chat."""
    register(store)
    file(store, "mail-1", LETTER)
    topic(store, "NN-1", 77)
    file(store, "update-1", answer("Now it prints."), channel="telegram")


def answer(words: str, thread_id: int = 77) -> Happening:
    return Said(
        chat=FORUM,
        thread_id=thread_id,
        message_id=5,
        author=ANNA,
        anonymous=False,
        text=words,
    )


def topic(store: Store, number: str, thread_id: int) -> None:
    def job(tx: Transaction) -> None:
        ticket = SqlBooks(tx).ticket_by_number(number)
        assert ticket is not None
        new = NewTopic(ticket_id=ticket.id, chat=FORUM, thread_id=thread_id)
        add_topic(tx, new)

    store.write(job)


def spoil(places: Places, harm: str) -> None:
    """Do what somebody could who opens the database by hand, past its guards."""
    engine = create_engine(places.url)
    with engine.begin() as connection:
        if not places.is_sqlite:  # SQLite has foreign keys off unless asked
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(harm))
    engine.dispose()
