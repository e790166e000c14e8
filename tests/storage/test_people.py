"""Partners and staff are registered with their events, once each."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from storage import people
from storage.audit import audit
from storage.flush import flush
from storage.store import Store
from storage.transaction import Transaction
from tests.storage.filled import ANNA, register
from tickets.registry import NotRegistered
from tickets.words import Role
from tickets.work import Work


def organisation(store: Store, **more: Any) -> Work:
    wanted: dict[str, Any] = {"name": "Zavod", "domains": ["zavod.ru"], "site": None}

    def job(tx: Transaction) -> Work:
        work = Work(now=tx.now, ids=tx.ids)
        people.add_organisation(tx, work, **(wanted | more))
        flush(tx, [work])
        return work

    return store.write(job)


def specialist(store: Store, **more: Any) -> Work:
    wanted: dict[str, Any] = {"name": "Boris", "telegram_id": 7, "site": "NN"}

    def job(tx: Transaction) -> Work:
        work = Work(now=tx.now, ids=tx.ids)
        people.add_specialist(tx, work, **({"role": Role.LEAD} | wanted | more))
        flush(tx, [work])
        return work

    return store.write(job)


def test_a_partner_is_registered_with_its_domains_and_its_event(store: Store) -> None:
    work = organisation(store, domains=["Zavod.RU", "zavod.example", "zavod.ru"])
    assert store.read(people.list_organisations) == [
        {
            "id": 1,
            "name": "Zavod",
            "site": None,
            "domains": ["zavod.example", "zavod.ru"],
            "blocked": False,
        }
    ]
    (event,) = work.events
    assert (event.stream, event.seq, event.type) == ("organisation:1", 1, "changed")
    assert event.content == {"name": "Zavod", "domains": ["zavod.example", "zavod.ru"]}
    assert store.read(audit).findings == ()


def test_a_specialist_is_registered_with_their_event(store: Store) -> None:
    work = specialist(store)
    assert store.read(people.list_specialists) == [
        {
            "id": 1, "name": "Boris", "telegram_id": 7, "site": "NN", "role": "lead",
            "email": None, "active": True,
        }
    ]  # fmt: skip
    assert [event.stream for event in work.events] == ["specialist:1"]


def test_a_domain_has_one_owner(store: Store) -> None:
    register(store)
    with pytest.raises(NotRegistered, match=r"partner\.example is Partner's \(1\)"):
        organisation(store, domains=["new.example", "partner.example"])
    assert len(store.read(people.list_organisations)) == 1


def test_a_telegram_id_is_one_persons(store: Store) -> None:
    register(store)
    with pytest.raises(NotRegistered, match=f"Telegram id {ANNA} is Anna's already"):
        specialist(store, telegram_id=ANNA)
    assert len(store.read(people.list_specialists)) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"domains": ["gmail.com"]}, "gmail.com is in mail.public_domains"),
        ({"domains": ["not a domain"]}, "'not a domain' is no mail domain"),
        ({"domains": ["localhost"]}, "'localhost' is no mail domain"),
        ({"name": "  "}, "the name is empty"),
        ({"name": "ООО \udcff"}, "has what cannot be written"),
    ],
)
def test_a_partner_that_cannot_be_is_refused(
    store: Store, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotRegistered, match=said):
        organisation(store, public_domains=frozenset({"gmail.com"}), **more)
    events = store.read(lambda tx: tx.run(text("SELECT count(*) FROM event")).scalar())
    assert events == 0


def test_a_group_is_no_specialist(store: Store) -> None:
    for other in (-5, 2**52, 10**30):
        with pytest.raises(NotRegistered, match=f"{other} is no person's Telegram id"):
            specialist(store, telegram_id=other)


def test_a_domain_in_russian_is_known_by_its_wire_form(store: Store) -> None:
    organisation(store, domains=["завод.рф"])
    (listed,) = store.read(people.list_organisations)
    assert listed["domains"] == ["xn--80aegj1b.xn--p1ai"]
