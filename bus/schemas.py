"""The JSON Schemas of events and commands, compiled once and asked for every one."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
from typing_extensions import override

from bus.envelope import SCHEMAS_URI
from tickets.model import Json

#: The folders of schemas: what the desk tells, what it is told, what it answers.
_EVENTS, _COMMANDS, _ANSWERS = "", "commands/", "answers/"


class InvalidEvent(Exception):  # noqa: N818 # said of the event, as the caller does
    """An event is not what its schema promises; no value of it is repeated here."""

    def __init__(self, type_: str, path: str, message: str) -> None:
        super().__init__(f"{type_} at {path or '/'}: {message}")
        self.type = type_
        self.path = path
        self.message = message


class Schemas:
    """Every type's schema: ``envelope.json`` around the type's own of ``data``.

    Those of events, whose ``data`` and ``dataschema`` belong together.
    """

    folder = _EVENTS

    def __init__(self) -> None:
        written = _read()
        self._registry = jsonschema_rs.Registry(
            [(SCHEMAS_URI + name, schema) for name, schema in written.items()],
            draft=jsonschema_rs.Draft202012,
        )
        self._validators = {
            type_: self._compile(self._whole(type_)) for type_ in _types(self.folder)
        }
        #: An example of each type's data.
        self.examples: dict[str, Json] = {
            type_: written[f"{self.folder}{type_}.json"]["examples"][0]
            for type_ in self._validators
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
        _validate(validator, type_, event)

    def _compile(self, schema: dict[str, Any]) -> Any:
        return jsonschema_rs.Draft202012Validator(
            schema, registry=self._registry, mask="a value", offline=True
        )

    def _whole(self, type_: str) -> dict[str, Any]:
        own = f"{SCHEMAS_URI}{self.folder}{type_}.json"
        return {
            "$ref": f"{SCHEMAS_URI}{self.folder}envelope.json",
            "properties": {
                "type": {"const": type_},
                "data": {"$ref": own},
                **self._named(own),
            },
        }

    def _named(self, schema: str) -> dict[str, Any]:
        """Return what an event says of its schema."""
        return {"dataschema": {"const": schema}}


class AnswerSchemas(Schemas):
    """Those of what is answered to commands."""

    folder = _ANSWERS


class CommandSchemas(Schemas):
    """Those of commands, whose senders may name a schema as they like."""

    folder = _COMMANDS

    def __init__(self) -> None:
        super().__init__()
        self._envelope = self._compile({"$ref": f"{SCHEMAS_URI}commands/envelope.json"})

    def check_envelope(self, event: dict[str, Any]) -> None:
        """Raise InvalidEvent unless it is an event at all, of whichever type."""
        _validate(self._envelope, "a CloudEvent", event)

    @override
    def _named(self, schema: str) -> dict[str, Any]:
        return {}


def _validate(validator: Any, type_: str, event: dict[str, Any]) -> None:
    try:
        validator.validate(event)
    except jsonschema_rs.ValidationError as error:
        path = "".join(f"/{step}" for step in error.instance_path)
        raise InvalidEvent(type_, path, error.message) from None
    except ValueError:  # nested too deeply, or a number that no computer holds
        raise InvalidEvent(type_, "", "this is too deep or too large") from None


def _read() -> dict[str, Any]:
    root = files("bus") / "schemas"
    return {
        f"{folder}{file.name}": json.loads(file.read_text(encoding="utf-8"))
        for folder in (_EVENTS, _COMMANDS, _ANSWERS)
        for file in (root / folder).iterdir()
        if file.name.endswith(".json")
    }


def _types(folder: str) -> list[str]:
    names = (file.name for file in (files("bus") / "schemas" / folder).iterdir())
    return [name.removesuffix(".json") for name in names if name.startswith("zayavka.")]
