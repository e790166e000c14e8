"""The body of a message is read into a command, or into why it is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bus.schemas import CommandSchemas, InvalidEvent
from tickets.corporate.commands import (
    AddComment,
    Asked,
    AssignTicket,
    Command,
    CreateTicket,
    NotACommand,
    Order,
    Origin,
    OwnEvent,
    SetStage,
    UpsertContact,
    UpsertPartner,
    UpsertSpecialist,
    Who,
)
from tickets.model import Json
from tickets.words import Role, Visibility

#: More than this nobody needs to say in one command, in bytes.
BODY_LIMIT = 1024 * 1024
LONGEST_REASON = 300
#: What the sources of the desk's own events begin with.
OWN_SOURCES = "/zayavka/"


class _UnreadableError(Exception):
    """A body is no JSON that could be stored; the text says why."""


def read(body: bytes, *, target: str, schemas: CommandSchemas) -> Asked:
    """Return what a message of a target's queue says; no input makes it fail."""
    try:
        event = _parse(body)
        schemas.check_envelope(event)
        if event["source"].startswith(OWN_SOURCES):
            return OwnEvent(origin=_origin(event, target, subject=event["source"]))
        schemas.check(event["type"], event)
    except (_UnreadableError, InvalidEvent) as error:
        return NotACommand(target=target, reason=str(error)[:LONGEST_REASON])
    order, subject = ORDERS[event["type"]](event["data"])
    return Command(origin=_origin(event, target, subject=subject), order=order)


def _origin(event: Json, target: str, *, subject: str) -> Origin:
    return Origin(
        target=target,
        source=str(event["source"]),
        id=str(event["id"]),
        type=str(event["type"]),
        subject=subject,
    )


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > BODY_LIMIT:
        raise _UnreadableError(f"{len(body)} bytes are more than {BODY_LIMIT}")
    try:
        said = json.loads(body.decode(), parse_constant=_refuse)
        if any(_is_unstorable(text) for text in _texts(said)):
            raise _UnreadableError("a text holds a NUL or half a character")
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("this is not JSON in UTF-8") from error
    if not isinstance(said, dict):
        raise _UnreadableError("this is not a JSON object")
    return said


def _refuse(name: str) -> None:
    raise ValueError(name)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for key, one in value.items():
                yield key
                yield from _texts(one)
        case _:
            return


def _is_unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text)


def _partner(data: Any) -> tuple[Order, str]:
    order = UpsertPartner(
        id=data["id"],
        version=int(data["version"]),
        name=data["name"],
        domains=tuple(data.get("domains", ())),
        site=data.get("site"),
    )
    return order, f"partner:{order.id}"


def _contact(data: Any) -> tuple[Order, str]:
    """Read a contact, who comes after their partner."""
    order = UpsertContact(
        id=data["id"],
        version=int(data["version"]),
        name=data["name"],
        emails=tuple(data["emails"]),
        partner=data.get("partner"),
        language=data.get("language"),
    )
    return order, f"partner:{order.partner}" if order.partner else f"contact:{order.id}"


def _specialist(data: Any) -> tuple[Order, str]:
    order = UpsertSpecialist(
        id=data["id"],
        version=int(data["version"]),
        name=data["name"],
        telegram_id=int(data["telegram_id"]),
        site=data["site"],
        role=Role(data.get("role", Role.SPECIALIST)),
        language=data.get("language"),
        email=data.get("email"),
        active=data.get("active", True),
    )
    return order, f"specialist:{order.id}"


def _stage(data: Any) -> tuple[Order, str]:
    order = SetStage(
        ticket=data["ticket"].upper(), stage=data["stage"], reason=data.get("reason")
    )
    return order, f"ticket:{order.ticket}"


def _comment(data: Any) -> tuple[Order, str]:
    author = data.get("author")
    order = AddComment(
        ticket=data["ticket"].upper(),
        text=data["text"],
        visibility=Visibility(data["visibility"]),
        author=None if author is None else _who(author),
    )
    return order, f"ticket:{order.ticket}"


def _assignment(data: Any) -> tuple[Order, str]:
    order = AssignTicket(
        ticket=data["ticket"].upper(), specialist=_who(data["specialist"])
    )
    return order, f"ticket:{order.ticket}"


def _creation(data: Any) -> tuple[Order, str]:
    order = CreateTicket(
        email=data["email"],
        name=data.get("name", ""),
        site=data.get("site"),
        subject=data["subject"],
        text=data["text"],
    )
    return order, f"person:{order.email.lower()}"


def _who(data: Any) -> Who:
    numbers = {key: int(data[key]) for key in ("id", "telegram_id") if key in data}
    return Who(external_id=data.get("external_id"), **numbers)


ORDERS: dict[str, Callable[[Any], tuple[Order, str]]] = {
    "zayavka.command.partner.upsert.v1": _partner,
    "zayavka.command.contact.upsert.v1": _contact,
    "zayavka.command.specialist.upsert.v1": _specialist,
    "zayavka.command.ticket.stage.set.v1": _stage,
    "zayavka.command.ticket.comment.add.v1": _comment,
    "zayavka.command.ticket.assign.v1": _assignment,
    "zayavka.command.ticket.create.v1": _creation,
}
