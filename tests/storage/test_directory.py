"""What other systems tell of: the fake and the databases agree on it."""

from __future__ import annotations

from typing import Any

import pytest

from storage.audit import audit
from storage.store import Store
from tests.desks import post
from tests.storage.desk import Bench, InStore
from tickets.corporate.commands import (
    AddComment,
    AssignTicket,
    Command,
    Order,
    Origin,
    SetStage,
    UpsertContact,
    UpsertPartner,
    UpsertSpecialist,
    Who,
)
from tickets.happenings import handle
from tickets.model import SpecialistId, System, Ticket
from tickets.verdict import Verdict
from tickets.words import Outcome, Visibility

EVA = "eva@lutik.example"


def do(bench: Bench, order: Order) -> Verdict:
    origin = Origin(target="erp", source="/erp", id="1", type="x", subject="s")
    command = Command(origin=origin, order=order)
    return bench.run(lambda desk: handle(desk, command), bench.arrive())


def partner(version: int = 1, **more: Any) -> UpsertPartner:
    settings: dict[str, Any] = {"name": "Лютик", "domains": ("lutik.example",)}
    return UpsertPartner(id="P", version=version, **{**settings, **more})


def contact(version: int = 1, **more: Any) -> UpsertContact:
    settings: dict[str, Any] = {"name": "Ева", "emails": (EVA, "e@lutik.example")}
    return UpsertContact(id="C", version=version, partner="P", **{**settings, **more})


def specialist(version: int = 1, **more: Any) -> UpsertSpecialist:
    settings: dict[str, Any] = {"name": "Вера", "telegram_id": 777, "site": "NN"}
    return UpsertSpecialist(id="E", version=version, **{**settings, **more})


def opened(bench: Bench) -> Ticket:
    bench.run(lambda desk: handle(desk, post()), bench.arrive())
    ticket = bench.look(lambda books: books.ticket_by_number("NN-1"))
    assert ticket is not None
    return ticket


def test_a_partner_changes_its_name_and_its_domains(bench: Bench) -> None:
    do(bench, partner())
    [before] = bench.look(lambda books: books.organisations(["lutik.example"])).values()
    do(bench, partner(2, name="Лютик-2", domains=("a.example", "b.example"), site="NN"))
    now = bench.look(lambda books: books.organisation(before.id))
    assert now is not None
    assert now.organisation.id == before.id
    assert (now.organisation.name, now.organisation.site) == ("Лютик-2", "NN")
    assert (now.domains, now.version) == (("a.example", "b.example"), 2)
    assert bench.look(lambda books: books.organisations(["lutik.example"])) == {}


def test_a_contact_changes_addresses_and_partner(bench: Bench) -> None:
    do(bench, partner())
    do(bench, contact())
    both = (EVA, "e@lutik.example")
    found = bench.look(lambda books: books.contacts(both))
    assert {one.id for one in found.values()} == {found[EVA].id}
    assert found[EVA].email == EVA  # the first is the main one
    assert found[EVA].organisation is not None
    do(bench, contact(2, name="Ева Л.", emails=("new@lutik.example", EVA)))
    now = bench.look(lambda books: books.contacts((*both, "new@lutik.example")))
    assert sorted(now) == [EVA, "new@lutik.example"]
    known = bench.look(lambda books: books.contact(found[EVA].id))
    assert known is not None
    assert (known.contact.name, known.version) == ("Ева Л.", 2)


def test_a_specialist_changes_account_and_leaves(bench: Bench) -> None:
    do(bench, specialist())
    hired = bench.look(lambda books: books.specialist(777))
    assert hired is not None
    do(bench, specialist(2, telegram_id=778))
    assert bench.look(lambda books: books.specialist(777)) is None
    moved = bench.look(lambda books: books.specialist(778))
    assert moved is not None
    assert moved.id == hired.id
    do(bench, specialist(3, telegram_id=778, active=False))
    assert bench.look(lambda books: books.specialist(778)) is None
    gone = bench.look(lambda books: books.specialist_by_account(778))
    assert gone is not None
    assert (gone.active, gone.version) == (False, 3)
    same = bench.look(lambda books: books.specialist_by_id(SpecialistId(hired.id)))
    assert same == gone


@pytest.mark.parametrize("make", [partner, specialist])
def test_an_older_version_is_known_as_such(bench: Bench, make: Any) -> None:
    do(bench, make(7))
    for version in (6, 7):
        assert do(bench, make(version)).rule == "older-version"
    assert do(bench, make(8)).rule == "taken-over"


def test_who_wrote_from_a_partners_domain_joins_it(bench: Bench) -> None:
    ticket = opened(bench)
    domain = (ticket.requester.email or "").rpartition("@")[2]
    do(bench, partner(domains=(domain,)))
    known = bench.look(lambda books: books.contact(ticket.requester.id))
    assert known is not None
    assert known.contact.organisation is not None
    assert known.contact.organisation.name == "Лютик"


def test_a_system_says_something_and_gives_a_ticket(bench: Bench) -> None:
    opened(bench)
    do(bench, specialist())
    said = AddComment(ticket="NN-1", text="Отгружено", visibility=Visibility.INTERNAL)
    verdict = do(bench, said)
    comment = bench.look(lambda books: books.comment(int(verdict.outcome_id or 0)))  # type: ignore[arg-type] # as rows hold it
    assert comment is not None
    assert (comment.author, comment.text) == (System(name="erp"), "Отгружено")
    do(bench, AssignTicket(ticket="NN-1", specialist=Who(external_id="E")))
    ticket = bench.look(lambda books: books.ticket_by_number("NN-1"))
    assert ticket is not None
    assert ticket.assignee is not None
    assert ticket.assignee.name == "Вера"


def test_a_refused_command_leaves_nothing(bench: Bench) -> None:
    opened(bench)
    verdict = do(bench, SetStage(ticket="NN-1", stage="nowhere"))
    assert verdict.outcome is Outcome.IGNORED


def test_the_journal_holds_all_of_it(store: Store) -> None:
    bench = InStore(store=store)
    for order in (partner(), contact(), specialist(), partner(2), contact(2)):
        do(bench, order)
    streams = [one for one in store.read(audit).findings if "arrival" not in one.row]
    assert streams == []
