"""Of several topics of one ticket the newest is the one that shows it."""

from __future__ import annotations

import pytest

from storage import chats
from storage.store import Store
from storage.transaction import Transaction
from tests.desks import FORUM
from tests.storage.desk import InStore, mail
from tickets.model import TicketId
from tickets.work import NewTopic


@pytest.fixture
def ticket(store: Store) -> TicketId:
    opened = mail(InStore(store=store)).ticket_id
    assert opened is not None
    return opened


def add(tx: Transaction, ticket: TicketId, thread_id: int) -> None:
    chats.add_topic(tx, NewTopic(ticket_id=ticket, chat=FORUM, thread_id=thread_id))


def test_an_older_topic_that_is_heard_of_late_shows_nothing(
    store: Store, ticket: TicketId
) -> None:
    store.write(lambda tx: add(tx, ticket, 9))
    store.write(lambda tx: add(tx, ticket, 5))
    store.write(lambda tx: add(tx, ticket, 9))
    assert store.read(lambda tx: chats.threads_of(tx, ticket)) == [9]


def test_an_older_topic_takes_the_place_of_a_newer_one_that_is_gone(
    store: Store, ticket: TicketId
) -> None:
    store.write(lambda tx: add(tx, ticket, 9))
    store.write(lambda tx: chats.lose_topic(tx, FORUM, 9))
    store.write(lambda tx: add(tx, ticket, 5))
    assert store.read(lambda tx: chats.threads_of(tx, ticket)) == [5]
