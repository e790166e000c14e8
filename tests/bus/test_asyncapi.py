from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.bus.scene import SCHEMAS

ROOT = Path(__file__).parents[2]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text("utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]


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
    assert sorted(one["name"] for one in MESSAGES.values()) == sorted(SCHEMAS.types)
    carried = [
        name for one in DOCUMENT["channels"].values() for name in one["messages"]
    ]
    assert sorted(carried) == sorted(MESSAGES)


def test_every_channel_is_sent_to() -> None:
    sent = [one["channel"]["$ref"] for one in DOCUMENT["operations"].values()]
    assert sent == [f"#/channels/{name}" for name in DOCUMENT["channels"]]
    assert {one["action"] for one in DOCUMENT["operations"].values()} == {"send"}


def test_every_reference_leads_somewhere() -> None:
    for ref in refs(DOCUMENT):
        if ref.startswith("#/"):
            node = DOCUMENT
            for step in ref.removeprefix("#/").split("/"):
                node = node[step]
        else:
            assert (ROOT / "docs" / ref).is_file(), ref


def test_every_schema_is_referred_to() -> None:
    folder = ROOT / "bus" / "schemas"
    referred = {Path(ref).name for ref in refs(DOCUMENT) if ref.startswith("..")}
    written = {file.name for file in folder.glob("*.json")}
    assert referred == written - {"common.json"}  # which the others refer to


def by_message() -> list[Any]:
    return [
        pytest.param(message, example["payload"], id=f"{name}-{number}")
        for name, message in MESSAGES.items()
        for number, example in enumerate(message["examples"])
    ]


def test_every_message_has_an_example() -> None:
    assert all(message["examples"] for message in MESSAGES.values())


@pytest.mark.parametrize(("message", "example"), by_message())
def test_an_example_is_what_the_desk_would_send(message: Any, example: Any) -> None:
    SCHEMAS.check(message["name"], example)


@pytest.mark.parametrize(("message", "example"), by_message())
def test_an_example_passes_as_a_reader_of_the_document_checks_it(
    message: Any, example: Any
) -> None:
    folder = ROOT / "bus" / "schemas"
    registry = jsonschema_rs.Registry(
        [
            (f"zayavka:/schemas/{file.name}", json.loads(file.read_text("utf-8")))
            for file in folder.glob("*.json")
        ]
    )
    written = json.dumps(message["payload"])
    payload = json.loads(written.replace("../bus/schemas/", "zayavka:/schemas/"))
    validator = jsonschema_rs.Draft7Validator(payload, registry=registry, offline=True)
    validator.validate(example)
    spoiled = example | {"data": example["data"] | {"unheard-of": 1}}
    assert not validator.is_valid(spoiled)
