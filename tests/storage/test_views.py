"""What the command line shows of tickets, arrivals and deliveries."""

from __future__ import annotations

import json
import re

import pytest

from storage import doors, handles, traffic, views
from storage.store import Places, Store
from tests.desks import post
from tests.storage.filled import arrival, file, fill, spoil

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
TICKET_KEYS = [
    "number", "version", "site", "organisation", "requester", "subject", "process",
    "stage", "priority", "assignee", "opened_at", "first_answer_at", "resolved_at",
    "closed_at", "merged_into",
]  # fmt: skip


def test_a_ticket_is_shown_with_its_people_comments_and_events(store: Store) -> None:
    fill(store)
    shown = store.read(lambda tx: views.show_ticket(tx, "nn-1"))
    assert shown is not None
    assert list(shown) == [*TICKET_KEYS, "participants", "comments", "events"]
    assert shown["number"] == "NN-1"
    assert shown["organisation"] == {"id": 1, "name": "Partner"}
    assert shown["assignee"] == {"id": 1, "name": "Anna"}
    assert shown["stage"] == "waiting"
    assert [one["role"] for one in shown["participants"]] == ["requester", "cc"]
    assert list(shown["participants"][0]) == ["id", "name", "email", "role"]
    first, second = shown["comments"]
    assert list(first) == [
        "id", "author", "visibility", "trust", "channel", "text", "quoted",
        "attachments", "at",
    ]  # fmt: skip
    assert first["attachments"][0]["name"] == "a.txt"
    assert list(first["attachments"][0]) == [
        "name", "media_type", "size", "sha256", "state",
    ]  # fmt: skip
    assert second["author"] == {"id": 1, "name": "Anna"}
    assert second["channel"] == "telegram"
    assert [one["seq"] for one in shown["events"]] == list(
        range(1, shown["version"] + 1)
    )
    assert list(shown["events"][0]) == ["id", "seq", "type", "at", "actor", "data"]
    assert shown["events"][0]["type"] == "opened"
    assert MOMENT.fullmatch(shown["opened_at"])
    json.dumps(shown)


def test_what_a_mail_quotes_is_shown_apart(store: Store) -> None:
    file(store, "a", post(text="Thanks.", quoted="> Is it well?"))
    shown = store.read(lambda tx: views.show_ticket(tx, "NN-1")) or {}
    (comment,) = shown["comments"]
    assert (comment["text"], comment["quoted"]) == ("Thanks.", "> Is it well?")


def test_a_comment_is_named_as_its_events_name_it(store: Store) -> None:
    fill(store)
    shown = store.read(lambda tx: views.show_ticket(tx, "NN-1")) or {}
    added = [one for one in shown["events"] if one["type"] == "comment-added"]
    said = [one["data"]["comment"] for one in added]
    assert [one["id"] for one in shown["comments"]] == said


def test_a_ticket_that_is_not_there_is_nothing(store: Store) -> None:
    assert store.read(lambda tx: views.show_ticket(tx, "NN-9")) is None


def test_tickets_are_listed_newest_first_and_filtered(store: Store) -> None:
    fill(store)
    file(store, "b", post(message_id="<b@x>", subject="Second", text="Other"))
    listed = store.read(views.list_tickets)
    assert [one["number"] for one in listed] == ["NN-2", "NN-1"]
    assert list(listed[0]) == TICKET_KEYS
    new = store.read(lambda tx: views.list_tickets(tx, stage="new", site="NN"))
    assert [one["number"] for one in new] == ["NN-2"]
    assert store.read(lambda tx: views.list_tickets(tx, site="XX")) == []
    assert len(store.read(lambda tx: views.list_tickets(tx, limit=1))) == 1


def test_an_arrival_is_listed_with_the_ticket_it_led_to(store: Store) -> None:
    fill(store)
    store.write(lambda tx: doors.keep(tx, [arrival("waits")]))
    waits, said, mail = store.read(traffic.list_arrivals)
    assert list(mail) == [
        "id", "channel", "source_key", "received_at", "state", "outcome",
        "outcome_id", "rule", "error", "attempts", "copies", "ticket",
    ]  # fmt: skip
    assert (mail["outcome"], mail["outcome_id"], mail["ticket"]) == (
        "ticket", "NN-1", "NN-1",
    )  # fmt: skip
    shown = store.read(lambda tx: views.show_ticket(tx, "NN-1")) or {}
    assert said["outcome_id"] == shown["comments"][1]["id"]
    assert (waits["state"], waits["outcome"], waits["ticket"]) == ("new", None, None)
    new = store.read(lambda tx: traffic.list_arrivals(tx, state="new", limit=5))
    assert [one["source_key"] for one in new] == ["waits"]


def test_an_arrival_is_shown_with_its_envelope_and_bytes(store: Store) -> None:
    fill(store)
    shown = store.read(lambda tx: traffic.show_arrival(tx, 1))
    assert shown is not None
    assert shown["envelope"]["mail_from"] == "ivan@partner.example"
    raw = store.read(lambda tx: traffic.raw_arrival(tx, 1))
    assert raw == arrival("x").raw
    assert store.read(lambda tx: traffic.show_arrival(tx, 99)) is None
    assert store.read(lambda tx: traffic.raw_arrival(tx, 99)) is None


def test_deliveries_are_listed_newest_first_and_filtered(store: Store) -> None:
    fill(store)
    listed = store.read(traffic.list_deliveries)
    assert list(listed[0]) == [
        "id", "channel", "target", "kind", "state", "attempts", "next_at",
        "receipt", "error", "ticket",
    ]  # fmt: skip
    ids = [one["id"] for one in listed]
    assert ids == sorted(ids, reverse=True)
    mails = store.read(lambda tx: traffic.list_deliveries(tx, channel="mail"))
    assert {one["kind"] for one in mails} == {"accepted", "answer"}
    assert {one["ticket"] for one in mails} == {"NN-1"}
    assert store.read(lambda tx: traffic.list_deliveries(tx, state="parked")) == []
    shown = store.read(lambda tx: traffic.show_delivery(tx, ids[0]))
    assert shown is not None
    assert shown["id"] == ids[0]
    assert store.read(lambda tx: traffic.show_delivery(tx, 9999)) is None


def state_of(store: Store, delivery: int) -> str:
    shown = store.read(lambda tx: traffic.show_delivery(tx, delivery))
    assert shown is not None
    return str(shown["state"])


def test_a_delivery_is_cancelled_and_retried_by_hand(store: Store) -> None:
    fill(store)
    assert store.write(lambda tx: handles.cancel(tx, 1))
    assert state_of(store, 1) == "cancelled"
    assert not store.write(lambda tx: handles.cancel(tx, 1))
    assert store.write(lambda tx: handles.retry(tx, 1))
    assert state_of(store, 1) == "new"
    assert not store.write(lambda tx: handles.retry(tx, 1))


@pytest.mark.parametrize("act", [handles.cancel, handles.retry])
def test_a_delivery_that_was_sent_stays_so(
    store: Store, places: Places, act: handles.Act
) -> None:
    fill(store)
    spoil(places, "UPDATE delivery SET state = 'sent' WHERE id = 1")
    assert not store.write(lambda tx: act(tx, 1))
    assert state_of(store, 1) == "sent"
