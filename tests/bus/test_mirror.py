from __future__ import annotations

import json

import pytest

from bus.feeds import Feed
from bus.mirror import mirror
from bus.schemas import InvalidEvent
from tests.bus.scene import SCHEMAS, TARGET, Scene, SignedLinks
from tickets.words import EventType, Medium
from tickets.work import Work


def mirrored(work: Work, *targets: str) -> None:
    feeds = [Feed(name=one) for one in targets]
    mirror(work, feeds=feeds, schemas=SCHEMAS, links=SignedLinks())


def test_each_event_has_one_delivery_for_each_bus_in_the_order_they_happened() -> None:
    work = Scene().work()
    work.record("ticket:NN-7", 1, EventType.CLOSED, actor="system", data=closing())
    work.record("ticket:NN-7", 2, EventType.REOPENED, actor="system", data=closing())
    mirrored(work, "esb", "archive")
    seen = [(one.target, one.lane, one.event_id, one.kind) for one in work.deliveries]
    first, second = work.events
    assert seen == [
        ("esb", "bus/esb/ticket:NN-7", first.id, "closed"),
        ("archive", "bus/archive/ticket:NN-7", first.id, "closed"),
        ("esb", "bus/esb/ticket:NN-7", second.id, "reopened"),
        ("archive", "bus/archive/ticket:NN-7", second.id, "reopened"),
    ]
    assert {one.medium for one in work.deliveries} == {Medium.BUS}
    assert work.deliveries[0].payload == work.deliveries[1].payload


def closing() -> dict[str, object]:
    return {"from": "waiting", "to": "closed"}


def test_a_tickets_events_know_their_ticket_and_a_contacts_have_none() -> None:
    scene = Scene()
    scene.mail()
    queued = [one for one in scene.records.deliveries if one.medium is Medium.BUS]
    tickets = {one.lane: one.ticket_id for one in queued}
    assert tickets[f"bus/{TARGET}/ticket:NN-1"] == scene.last.id
    contact = scene.last.requester.id
    assert tickets[f"bus/{TARGET}/contact:{contact}"] is None


def test_an_event_that_breaks_its_schema_aborts() -> None:
    work = Scene().work()
    work.record("ticket:NN-7", 1, EventType.CLOSED, actor="system", data={"to": 1})
    with pytest.raises(InvalidEvent):
        mirrored(work, "esb")


def test_without_a_bus_nothing_is_queued() -> None:
    work = Scene().work()
    work.record("ticket:NN-7", 1, EventType.CLOSED, actor="system", data=closing())
    mirrored(work)
    assert work.deliveries == []


def test_the_body_names_the_event_and_the_arrival_that_caused_it() -> None:
    scene = Scene()
    scene.mail()
    work = scene.work()
    work.record("ticket:NN-7", 1, EventType.CLOSED, actor="system", data=closing())
    mirrored(work, "esb")
    payload = work.deliveries[0].payload
    assert payload is not None
    said = json.loads(payload)
    assert said["id"] == work.events[0].id
    assert said["causationid"] == str(work.arrival)
