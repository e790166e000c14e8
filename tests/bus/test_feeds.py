"""Which tickets a target is told of, and what when one comes or goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bus.feeds import Choice, Feed, Passage, passage
from bus.mirror import Wish, mirror
from tests.bus.scene import PARTNER, SCHEMAS, Scene, SignedLinks
from tickets.model import Json, Ticket
from tickets.words import EventType
from tickets.work import Work

NN = Feed(name="nn", choice=Choice.of(["NN"], []))
CH = Feed(name="ch", choice=Choice.of(["CH"], []))


@pytest.fixture
def ticket() -> Ticket:
    scene = Scene()
    scene.mail()
    return scene.last


def move(ticket: Ticket, work: Work, site: str) -> Ticket:
    ways: Json = {"from": "new", "to": "assigned"}
    return work.change(
        ticket, EventType.STAGE_CHANGED, actor="system", data=ways, site=site
    )


def mirrored(work: Work, *feeds: Feed) -> tuple[list[tuple[str, str]], list[Wish]]:
    wishes = mirror(work, feeds=feeds, schemas=SCHEMAS, links=SignedLinks())
    return [(one.target, one.kind) for one in work.deliveries], wishes


@pytest.mark.parametrize(
    ("sites", "organisations", "taken"),
    [
        ([], [], True),
        (["NN", "CH"], [], True),
        (["CH"], [], False),
        ([], [PARTNER.name], True),
        ([], ["ООО «Лютик»"], False),
        (["NN"], [PARTNER.name], True),
        (["CH"], [PARTNER.name], False),
    ],
)
def test_a_ticket_is_chosen_by_its_site_and_its_organisation(
    ticket: Ticket, sites: list[str], organisations: list[str], *, taken: bool
) -> None:
    assert Choice.of(sites, organisations).takes(ticket) is taken


def test_a_ticket_of_no_organisation_is_in_no_choice_of_organisations(
    ticket: Ticket,
) -> None:
    nobodys = replace(ticket, organisation=None)
    assert not Choice.of([], [PARTNER.name]).takes(nobodys)
    assert Choice.of(["NN"], []).takes(nobodys)


def test_a_ticket_that_is_opened_begins_with_its_events(ticket: Ticket) -> None:
    work = Scene().work()
    work.opened[ticket.id] = ticket
    assert passage(NN, work, ticket) is Passage.EVENTS
    assert passage(CH, work, ticket) is Passage.NOTHING
    awaiting = replace(NN, awaits=range(ticket.id + 1))
    assert passage(awaiting, work, ticket) is Passage.EVENTS


def test_a_ticket_that_stays_is_told_by_events(ticket: Ticket) -> None:
    work = Scene().work()
    move(ticket, work, "NN")
    assert mirrored(work, NN, CH) == ([("nn", "stage-changed")], [])


def test_a_ticket_that_moves_says_farewell_and_comes_as_a_whole(ticket: Ticket) -> None:
    work = Scene().work()
    moved = move(move(ticket, work, "NN"), work, "CH")
    told, wishes = mirrored(work, NN, CH)
    assert told == [("nn", "stage-changed")] * 2
    assert wishes == [
        Wish(target="nn", ticket=moved, leaves=True),
        Wish(target="ch", ticket=moved),
    ]


def test_a_ticket_that_comes_and_goes_in_one_work_was_never_there(
    ticket: Ticket,
) -> None:
    work = Scene().work()
    move(move(ticket, work, "CH"), work, "NN")
    assert mirrored(work, CH) == ([], [])


def test_a_ticket_of_which_a_snapshot_is_to_come_is_left_to_it(ticket: Ticket) -> None:
    work = Scene().work()
    move(ticket, work, "NN")
    awaiting = replace(NN, awaits=range(ticket.id, ticket.id + 1))
    assert mirrored(work, awaiting) == ([], [])
    caught_up = replace(NN, awaits=range(ticket.id + 1, 99))
    assert mirrored(work, caught_up) == ([("nn", "stage-changed")], [])


def test_people_are_told_of_whatever_is_chosen() -> None:
    scene = Scene()
    work = scene.work()
    data = {"specialist": 3, "site": "NN", "role": "lead"}
    content = {"name": "Вера", "telegram_id": 777}
    work.record(
        "specialist:3", 2, EventType.CHANGED, actor="x", data=data, content=content
    )
    assert mirrored(work, replace(CH, awaits=range(99))) == ([("ch", "changed")], [])
