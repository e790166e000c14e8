from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import tickets
from bus.schemas import InvalidEvent
from tests.bus.scene import (
    SCHEMAS,
    Scene,
    all_that_can_happen,
    skips_of,
    snapshots_of,
)
from tickets.words import EventType

Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return all_that_can_happen()


@pytest.fixture
def told(scene: Scene) -> Events:
    """Return what was recorded, and what the bus alone is told."""
    return [*scene.events, *snapshots_of(scene), *skips_of(scene)]


def example(told: Events, type_: str) -> Any:
    return next(event for event in told if event["type"] == type_)


def test_every_event_that_is_recorded_has_a_schema_and_no_schema_is_idle(
    told: Events,
) -> None:
    assert {event["type"] for event in told} == SCHEMAS.types


def test_every_type_that_the_core_names_was_played(scene: Scene) -> None:
    core = Path(tickets.__file__).parent
    source = "".join(file.read_text(encoding="utf-8") for file in core.rglob("*.py"))
    named = {EventType[name] for name in re.findall(r"EventType\.([A-Z_]+)", source)}
    assert {event["type"].split(".")[2] for event in scene.events} == named


def test_events_played_pass_their_schemas(told: Events) -> None:
    for event in told:
        SCHEMAS.check(event["type"], event)


def test_an_unknown_type_is_invalid() -> None:
    with pytest.raises(InvalidEvent, match="no schema"):
        SCHEMAS.check("zayavka.ticket.vanished.v1", b"{}")


def test_what_is_not_json_is_invalid() -> None:
    with pytest.raises(InvalidEvent, match="not JSON"):
        SCHEMAS.check("zayavka.ticket.closed.v1", b"{")


@pytest.mark.parametrize("type_", sorted(SCHEMAS.types))
def test_data_with_a_field_of_its_own_is_invalid(told: Events, type_: str) -> None:
    event = example(told, type_)
    with pytest.raises(InvalidEvent, match="unexpected") as raised:
        SCHEMAS.check(type_, event | {"data": event["data"] | {"new": 1}})
    assert raised.value.path == "/data"


@pytest.mark.parametrize("type_", sorted(SCHEMAS.types))
def test_data_without_its_actor_is_invalid(told: Events, type_: str) -> None:
    event = example(told, type_)
    data = {key: one for key, one in event["data"].items() if key != "actor"}
    with pytest.raises(InvalidEvent, match="required"):
        SCHEMAS.check(type_, event | {"data": data})


@pytest.mark.parametrize(
    "attribute", ["id", "source", "time", "sequence", "partitionkey", "dataschema"]
)
def test_an_envelope_without_an_attribute_is_invalid(
    told: Events, attribute: str
) -> None:
    event = example(told, "zayavka.ticket.closed.v1")
    del event[attribute]
    with pytest.raises(InvalidEvent, match="required"):
        SCHEMAS.check("zayavka.ticket.closed.v1", event)


def test_an_event_of_another_type_is_invalid(told: Events) -> None:
    closed = example(told, "zayavka.ticket.closed.v1")
    with pytest.raises(InvalidEvent):
        SCHEMAS.check("zayavka.ticket.reopened.v1", closed)


def test_the_error_says_where_and_repeats_no_value(told: Events) -> None:
    event = example(told, "zayavka.ticket.opened.v1")
    event["data"]["requester_name"] = ["Анна Секретова"]
    with pytest.raises(InvalidEvent) as raised:
        SCHEMAS.check(event["type"], event)
    assert raised.value.path == "/data/requester_name"
    assert "Секретова" not in str(raised.value)


@pytest.mark.parametrize("type_", sorted(SCHEMAS.types))
def test_a_schema_says_what_it_is_about_and_is_strict(type_: str) -> None:
    file = files("bus") / "schemas" / f"{type_}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"zayavka:/schemas/{type_}.json"
    assert schema["title"]
    assert schema["description"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(schema["properties"])
