"""An event as the bus carries it: CloudEvents 1.0, structured JSON, one body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from bus.cutting import shortened
from tickets.model import Event, Json, key_of

#: What every intermediary must forward (CloudEvents 1.0, Size Limits).
BODY_LIMIT = 64 * 1024
#: A longer text goes as an address to fetch it from.
TEXT_LIMIT = 32 * 1024
#: How long strings and lists may be where a body does not fit, tried in order.
#: With the last even 64 control characters, six bytes each, in 64 members do.
CUTS = (4096, 1024, 256, 64)
SCHEMAS_URI = "zayavka:/schemas/"

_PATHS = {
    "ticket": "tickets",
    "organisation": "organisations",
    "contact": "contacts",
    "specialist": "specialists",
}
encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


class Links(Protocol):
    """Makes the signed addresses under which long texts and files are fetched."""

    def text(self, comment_public_id: str) -> str: ...

    def file(self, sha256: str) -> str: ...


class BodyTooLarge(Exception):  # noqa: N818 # said of the body, as the caller does
    """An event's ids and addresses alone are over the limit of a body."""


def body(event: Event, *, links: Links) -> tuple[Json, bytes]:
    """Return the event, and it as UTF-8 JSON of at most BODY_LIMIT bytes.

    The same event with the same links gives the same bytes. A text that is long
    or does not fit gives way to ``text_sha256``, ``text_size`` and ``text_url``;
    if that is not enough, other strings and lists are shortened and their JSON
    pointers listed in ``cut``.
    """
    around = attributes(event)
    for data in _ever_smaller(event, links):
        whole = {**around, "data": data}
        encoded = encode(whole).encode()
        if len(encoded) <= BODY_LIMIT:
            return whole, encoded
    raise BodyTooLarge(event.id)


def type_of(event: Event) -> str:
    """Return the CloudEvents type, such as ``zayavka.ticket.opened.v1``."""
    return f"zayavka.{event.stream.partition(':')[0]}.{event.type}.v1"


def attributes(event: Event) -> Json:
    """Return what stands around an event's data."""
    kind, _, name = event.stream.partition(":")
    type_ = type_of(event)
    around: Json = {
        "specversion": "1.0",
        "id": event.id,
        "source": f"/zayavka/{_PATHS[kind]}/{name}",
        "type": type_,
        "time": rfc3339(event.at),
        "sequence": f"{event.seq:010}",
        "partitionkey": key_of(event.stream),
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMAS_URI}{type_}.json",
    }
    if event.cause or event.causation is not None:
        around["causationid"] = event.cause or str(event.causation)
    return around


def rfc3339(at: datetime) -> str:
    """Return a moment as the bus writes it: UTC, to the microsecond."""
    if at.tzinfo is None:
        raise ValueError("an event's time has no time zone")
    moment = at.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='microseconds')}Z"


def _ever_smaller(event: Event, links: Links) -> Iterator[Json]:
    """Yield what the body may say, the whole first."""
    said = {"actor": event.actor, **event.data, **event.content}
    sha256, text = said.get("sha256"), said.get("text")
    addresses = {"url": links.file(sha256)} if isinstance(sha256, str) else {}
    if isinstance(text, str):
        if len(text.encode()) <= TEXT_LIMIT:
            yield said
        del said["text"]
        said |= digest_of(text)
        addresses = {"text_url": links.text(str(said["comment"]))}
    yield said | addresses
    for limit in CUTS:
        yield shortened(said, limit) | addresses


def digest_of(text: str) -> Json:
    """Return what stands for a text that is fetched from its address."""
    raw = text.encode()
    return {"text_sha256": hashlib.sha256(raw).hexdigest(), "text_size": len(raw)}
