"""Who wrote before their organisation was registered belongs to it from then on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from storage import contacts
from storage.audit import audit
from storage.flush import flush
from storage.journal import EVENT
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.desks import post
from tests.storage.desk import InStore, know
from tests.storage.filled import file, spoil
from tickets.letter import Mailbox
from tickets.model import Organisation
from tickets.registry import NotRegistered
from tickets.work import Work

WRITERS = (
    "ivan@zavod.example",
    "olga@zavod.example",
    "eve@sub.zavod.example",
    "eve@notzavod.example",
    "zavod.example@gmail.com",
)


@pytest.fixture
def written(store: Store) -> Store:
    """Records of a desk to which people wrote whom nobody knew."""
    for number, address in enumerate(WRITERS):
        letter = post(message_id=f"<{number}@x>", author=Mailbox(address=address))
        file(store, f"mail-{number}", letter)
    return store


def register(store: Store, *domains: str) -> Organisation:
    return know(InStore(store=store), *domains)


def attach(store: Store, partner: Organisation, *domains: str) -> Work:
    def job(tx: Transaction) -> Work:
        work = Work(now=tx.now, ids=tx.ids)
        people = contacts.strangers_of(tx, domains)
        contacts.attach(tx, work, people, to=partner)
        flush(tx, [work])
        return work

    return store.write(job)


def members(store: Store) -> list[str]:
    query = """
        SELECT value FROM address JOIN contact ON contact.id = contact_id
        WHERE organisation_id IS NOT NULL AND version = 2 ORDER BY value
    """
    return store.read(lambda tx: [row.value for row in tx.run(text(query))])


def test_all_of_its_domains_and_nobody_else_join(written: Store) -> None:
    partner = register(written, "zavod.example", "zavod.ru")
    work = attach(written, partner, "zavod.example", "zavod.ru")
    assert members(written) == ["ivan@zavod.example", "olga@zavod.example"]
    assert [(event.seq, event.type, event.actor) for event in work.events] == [
        (2, "changed", "operator"),
        (2, "changed", "operator"),
    ]
    assert {event.data["organisation"] for event in work.events} == {partner.id}
    assert written.read(audit).findings == ()


def test_the_event_knows_the_address_by_the_same_hash(written: Store) -> None:
    work = attach(written, register(written, "zavod.example"), "zavod.example")
    query = select(EVENT.c.stream, EVENT.c.data).where(EVENT.c.seq == 1)
    first = {row.stream: row.data for row in written.read(lambda tx: _all(tx, query))}
    assert len(work.events) == 2
    for event in work.events:
        assert event.data["email_hash"] == first[event.stream]["email_hash"]


def _all(tx: Transaction, query: Any) -> Any:
    return tx.run(query).all()


def test_who_belongs_to_somebody_stays_there(written: Store) -> None:
    attach(written, register(written, "zavod.example"), "zavod.example")
    other = register(written, "other.example")
    assert attach(written, other, "zavod.example").events == []


def test_a_colleague_may_use_the_tag_of_an_older_ticket(written: Store) -> None:
    attach(written, register(written, "zavod.example"), "zavod.example")
    colleague = Mailbox(address="pjotr@zavod.example")
    tagged = post(message_id="<tagged@x>", author=colleague, subject="[NN-1] Again")
    file(written, "tagged", tagged)
    query = text("SELECT rule FROM arrival ORDER BY id DESC")
    assert written.read(lambda tx: tx.run(query).scalar()) == "subject-tag"


def test_who_was_erased_is_let_be(places: Places, written: Store) -> None:
    spoil(places, "UPDATE contact SET erased_at = '2026-01-01', version = version + 1")
    partner = register(written, "zavod.example")
    assert attach(written, partner, "zavod.example").events == []


def test_more_than_a_partner_can_have_are_refused(written: Store) -> None:
    with pytest.raises(NotRegistered, match="more than 1 people wrote from"):
        written.read(lambda tx: contacts.strangers_of(tx, ["zavod.example"], most=1))
