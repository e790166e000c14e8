from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from bus.commands import ORDERS, read
from bus.schemas import AnswerSchemas, CommandSchemas, Schemas
from tests.bus.scene import SCHEMAS
from tickets.corporate.commands import Command

ROOT = Path(__file__).parents[2]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text("utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]
FOLDER = ROOT / "bus" / "schemas"
ALL = (SCHEMAS, CommandSchemas(), AnswerSchemas())


def schemas_of(type_: str) -> Schemas:
    return next(one for one in ALL if type_ in one.types)


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from refs(one)


def test_the_document_is_asyncapi_3_0() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert DOCUMENT["defaultContentType"] == "application/cloudevents+json"


def test_every_type_is_a_message_of_one_channel() -> None:
    types = [type_ for one in ALL for type_ in one.types]
    assert sorted(one["name"] for one in MESSAGES.values()) == sorted(types)
    carried = [
        name for one in DOCUMENT["channels"].values() for name in one["messages"]
    ]
    assert sorted(carried) == sorted(MESSAGES)


def test_commands_are_received_and_every_other_channel_is_sent_to() -> None:
    done = {
        one["channel"]["$ref"].rpartition("/")[2]: one["action"]
        for one in DOCUMENT["operations"].values()
    }
    assert list(done) == list(DOCUMENT["channels"])
    received = [name for name, action in done.items() if action == "receive"]
    assert received == ["commands"]
    assert set(done.values()) == {"send", "receive"}


def test_the_channel_of_commands_has_every_command() -> None:
    told = DOCUMENT["channels"]["commands"]["messages"]
    assert {MESSAGES[name]["name"] for name in told} == ALL[1].types


def test_every_reference_leads_somewhere() -> None:
    for ref in refs(DOCUMENT):
        if ref.startswith("#/"):
            node = DOCUMENT
            for step in ref.removeprefix("#/").split("/"):
                node = node[step]
        else:
            assert (ROOT / "docs" / ref).is_file(), ref


def test_every_schema_is_referred_to() -> None:
    prefix = "../bus/schemas/"
    referred = {ref.removeprefix(prefix) for ref in refs(DOCUMENT) if ref[:2] == ".."}
    written = {str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.json")}
    # which the others refer to
    assert referred == written - {"common.json", "commands/common.json"}


def by_message() -> list[Any]:
    return [
        pytest.param(message, example["payload"], id=f"{name}-{number}")
        for name, message in MESSAGES.items()
        for number, example in enumerate(message["examples"])
    ]


def test_every_message_has_an_example() -> None:
    assert all(message["examples"] for message in MESSAGES.values())


@pytest.mark.parametrize(("message", "example"), by_message())
def test_an_example_is_what_the_desk_would_send_or_take(
    message: Any, example: Any
) -> None:
    schemas_of(message["name"]).check(message["name"], example)


@pytest.mark.parametrize(("message", "example"), by_message())
def test_an_example_passes_as_a_reader_of_the_document_checks_it(
    message: Any, example: Any
) -> None:
    registry = jsonschema_rs.Registry(
        [
            (
                f"zayavka:/schemas/{file.relative_to(FOLDER)}",
                json.loads(file.read_bytes()),
            )
            for file in FOLDER.rglob("*.json")
        ]
    )
    written = json.dumps(message["payload"])
    payload = json.loads(written.replace("../bus/schemas/", "zayavka:/schemas/"))
    validator = jsonschema_rs.Draft7Validator(payload, registry=registry, offline=True)
    validator.validate(example)
    spoiled = example | {"data": example["data"] | {"unheard-of": 1}}
    assert not validator.is_valid(spoiled)


COMMANDS = [one for one in by_message() if one.values[0]["name"] in ALL[1].types]


@pytest.mark.parametrize(("message", "example"), COMMANDS)
def test_an_example_of_a_command_is_read_as_one(message: Any, example: Any) -> None:
    came = read(json.dumps(example).encode(), target="erp", schemas=CommandSchemas())
    assert isinstance(came, Command)
    assert came.origin.type == message["name"]


def test_an_example_of_each_command_is_there() -> None:
    assert {one.values[0]["name"] for one in COMMANDS} == set(ORDERS)


@pytest.mark.parametrize("name", sorted(one["name"] for one in MESSAGES.values()))
def test_a_schema_has_the_documents_first_example(name: str) -> None:
    message = next(one for one in MESSAGES.values() if one["name"] == name)
    [file] = (ROOT / "bus" / "schemas").rglob(f"{name}.json")
    schema = json.loads(file.read_text("utf-8"))
    assert schema["examples"] == [message["examples"][0]["payload"]["data"]]
