"""The JSON Schemas of the events, compiled once and asked before every commit."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs

from bus.envelope import SCHEMAS_URI
from tickets.model import Json


class InvalidEvent(Exception):  # noqa: N818 # said of the event, as the caller does
    """An event is not what its schema promises; no value of it is repeated here."""

    def __init__(self, type_: str, path: str, message: str) -> None:
        super().__init__(f"{type_} at {path or '/'}: {message}")
        self.type = type_
        self.path = path
        self.message = message


class Schemas:
    """Every type's schema: ``envelope.json`` around the type's own of ``data``."""

    def __init__(self) -> None:
        written = _read()
        registry = jsonschema_rs.Registry(
            [(SCHEMAS_URI + name, schema) for name, schema in written.items()],
            draft=jsonschema_rs.Draft202012,
        )
        self._validators = {
            type_: jsonschema_rs.Draft202012Validator(
                _whole(type_), registry=registry, mask="a value", offline=True
            )
            for type_ in (name.removesuffix(".json") for name in written)
            if type_.startswith("zayavka.")
        }
        #: An example of each type's data.
        self.examples: dict[str, Json] = {
            type_: written[f"{type_}.json"]["examples"][0] for type_ in self._validators
        }

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._validators)

    def check(self, type_: str, body: bytes | dict[str, Any]) -> None:
        """Raise InvalidEvent unless ``body`` is a whole event of this type."""
        validator = self._validators.get(type_)
        if validator is None:
            raise InvalidEvent(type_, "/type", "there is no schema for this type")
        try:
            event = json.loads(body) if isinstance(body, bytes) else body
        except ValueError as error:
            raise InvalidEvent(type_, "", "this is not JSON") from error
        try:
            validator.validate(event)
        except jsonschema_rs.ValidationError as error:
            path = "".join(f"/{step}" for step in error.instance_path)
            raise InvalidEvent(type_, path, error.message) from None


def _read() -> dict[str, Any]:
    folder = files("bus") / "schemas"
    return {
        file.name: json.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".json")
    }


def _whole(type_: str) -> dict[str, Any]:
    own = f"{SCHEMAS_URI}{type_}.json"
    return {
        "$ref": f"{SCHEMAS_URI}envelope.json",
        "properties": {
            "type": {"const": type_},
            "dataschema": {"const": own},
            "data": {"$ref": own},
        },
    }
