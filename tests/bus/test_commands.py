from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.commands import BODY_LIMIT, ORDERS, read
from bus.schemas import CommandSchemas
from tests.bus.commands import ERP, command
from tickets.corporate.commands import (
    AddComment,
    Asked,
    Command,
    CreateTicket,
    NotACommand,
    OwnEvent,
    SetStage,
    UpsertContact,
    UpsertPartner,
    UpsertSpecialist,
    Who,
)
from tickets.words import Role, Visibility

SCHEMAS = CommandSchemas()
NOTE = {"ticket": "nn-1", "text": "Раз", "visibility": "internal"}


def said(body: bytes) -> Asked:
    return read(body, target="erp", schemas=SCHEMAS)


def order(what: str, **data: Any) -> Any:
    came = said(command(what, **data))
    assert isinstance(came, Command), came
    return came.order


def subject(what: str, **data: Any) -> str:
    came = said(command(what, **data))
    assert isinstance(came, Command), came
    return came.origin.subject


def why(body: bytes) -> str:
    came = said(body)
    assert isinstance(came, NotACommand), came
    return came.reason


def test_every_schema_has_its_reading_and_every_reading_its_schema() -> None:
    assert set(ORDERS) == SCHEMAS.types


def test_a_command_knows_where_it_came_from() -> None:
    came = said(
        command("ticket.stage.set", event_id="7", ticket="nn-1", stage="closed")
    )
    assert isinstance(came, Command)
    assert (came.origin.target, came.origin.source, came.origin.id) == ("erp", ERP, "7")
    assert came.origin.type == "zayavka.command.ticket.stage.set.v1"
    assert came.order == SetStage(ticket="NN-1", stage="closed")


def test_what_is_left_out_has_its_default() -> None:
    made = order("partner.upsert", id="P", version=1, name="Лютик", domains=[])
    assert made == UpsertPartner(id="P", version=1, name="Лютик")
    made = order(
        "contact.upsert", id="C", version=1, name="Ева", emails=["e@x.example"]
    )
    assert made == UpsertContact(id="C", version=1, name="Ева", emails=("e@x.example",))
    made = order(
        "specialist.upsert", id="E", version=1, name="В", telegram_id=7, site="NN"
    )
    assert made == UpsertSpecialist(
        id="E", version=1, name="В", telegram_id=7, site="NN"
    )
    assert (made.role, made.active) == (Role.SPECIALIST, True)
    made = order("ticket.create", email="e@x.example", subject="s", text="t")
    assert made == CreateTicket(email="e@x.example", subject="s", text="t")
    assert order("ticket.comment.add", **NOTE) == AddComment(
        ticket="NN-1", text="Раз", visibility=Visibility.INTERNAL
    )


@pytest.mark.parametrize(
    "who", [{"id": 3}, {"telegram_id": 777}, {"external_id": "E-1"}], ids=str
)
def test_a_specialist_has_three_names(who: dict[str, Any]) -> None:
    assert order("ticket.assign", ticket="NN-1", specialist=who).specialist == Who(
        **who
    )
    assert order("ticket.comment.add", author=who, **NOTE).author == Who(**who)


def test_what_is_about_the_same_is_done_in_order() -> None:
    assert subject("ticket.stage.set", ticket="nn-1", stage="new") == "ticket:NN-1"
    assert subject("ticket.comment.add", **NOTE) == "ticket:NN-1"
    person = {"version": 1, "name": "Е", "emails": ["e@x.example"]}
    assert subject("contact.upsert", id="C", partner="P", **person) == "partner:P"
    assert subject("contact.upsert", id="C", **person) == "contact:C"
    partner = {"version": 1, "name": "Л", "domains": []}
    assert subject("partner.upsert", id="P", **partner) == "partner:P"


def test_own_events_are_known_by_their_source_whatever_they_are() -> None:
    came = said(command("of.no.kind", source="/zayavka/tickets/NN-1"))
    assert isinstance(came, OwnEvent)
    assert came.origin.subject == "/zayavka/tickets/NN-1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff{}", "not JSON"),
        (b'{"data": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "too deep"),
        (b'["an event"]', "not a JSON object"),
        (b'{"specversion": "\\u0000"}', "NUL"),
        (b'{"specversion": "\\ud800"}', "half a character"),
        (b" " * (BODY_LIMIT + 1), "1048577 bytes are more"),
        (b"{}", "required property"),
        (command("ticket.burn"), "no schema"),
        (command("ticket.stage.set", ticket="NN-1"), "required property"),
        (command("ticket.comment.add", **NOTE, visible=True), "unexpected"),
        (command("ticket.assign", ticket="NN-1", specialist={}), "/data/specialist"),
        (command("ticket.stage.set", source="", ticket="N", stage="s"), "/source"),
        (command("ticket.stage.set", event_id="x" * 129, ticket="N", stage="s"), "/id"),
        (command("ticket.comment.add", **{**NOTE, "text": " "}), "/data/text"),
        (
            command("partner.upsert", id="P", version=10**400, name="n", domains=[]),
            "/data/version",
        ),
    ],
)  # fmt: skip
def test_what_is_no_command_says_why(body: bytes, reason: str) -> None:
    assert reason in why(body)


def test_no_value_of_a_bad_command_is_repeated() -> None:
    body = command("ticket.stage.set", ticket="NN-1", stage=["Секрет"])
    assert "Секрет" not in why(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(body=st.binary(max_size=200))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert isinstance(said(body), NotACommand)


@given(
    type_=st.sampled_from(sorted(ORDERS)),
    data=st.dictionaries(
        st.sampled_from(["id", "version", "name", "ticket", "text", "emails"]), JSON
    ),
)
def test_no_data_makes_it_fail(type_: str, data: Any) -> None:
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": ERP,
        "type": type_,
        "data": data,
    }
    assert said(json.dumps(event).encode()) is not None
