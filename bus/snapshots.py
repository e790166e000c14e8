"""A ticket told as a whole: in one body where it fits, else in several parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from bus.cutting import shortened
from bus.envelope import (
    BODY_LIMIT,
    CUTS,
    TEXT_LIMIT,
    BodyTooLarge,
    Links,
    attributes,
    digest_of,
    encode,
    rfc3339,
)
from tickets.comments import person
from tickets.model import Attachment, Event, Json, Ticket
from tickets.whole import Spoken, Whole
from tickets.words import EventType, FileState

#: What the lists of a snapshot are, in the order in which they are told.
LISTS = ("participants", "comments", "attachments", "links")
#: No ticket has more parts; so long is the number that room is kept for.
_MOST = 999_999
#: The ticket's own fields never fill a body.
_HEADER_LIMIT = BODY_LIMIT // 4
Ids = Callable[[], str]
Told = tuple[Json, bytes]


def snapshot(whole: Whole, *, ids: Ids, at: datetime, links: Links) -> list[Told]:
    """Return the parts, each an event and its body of at most BODY_LIMIT bytes.

    Each says the ticket's own fields and a portion of its lists; together they say
    all. A text goes inline as in the event that told it, where a body has room.
    """
    header = _first_that_fits(_forms(_header(whole)), _HEADER_LIMIT)
    frame = _frame(whole.ticket, ids(), at)
    room = BODY_LIMIT - len(_encoded(frame, _data(header, {}, part=_MOST, parts=_MOST)))
    portions = list(_portions(whole, links, room))
    parts = []
    for place, portion in enumerate(portions, start=1):
        data = _data(header, portion, part=place, parts=len(portions))
        parts.append(_told(_frame(whole.ticket, ids(), at), data))
    return parts


def farewell(ticket: Ticket, *, ids: Ids, at: datetime) -> Told:
    """Return the last word on a ticket of which a target is told no more."""
    data: Json = {"number": ticket.number, "leaves": True, "part": 1, "parts": 1}
    return _told(_frame(ticket, ids(), at), {"actor": "system", **data})


def _frame(ticket: Ticket, id_: str, at: datetime) -> Json:
    return attributes(
        Event(
            id=id_,
            stream=ticket.stream,
            seq=ticket.version,
            type=EventType.SNAPSHOT,
            actor="system",
            at=at,
            causation=None,
            data={},
        )
    )


def _told(frame: Json, data: Json) -> Told:
    return {**frame, "data": data}, _encoded(frame, data)


def _encoded(frame: Json, data: Json) -> bytes:
    return encode({**frame, "data": data}).encode()


def _data(header: Json, portion: Json, *, part: int, parts: int) -> Json:
    empty: Json = {name: [] for name in LISTS}
    return {**header, **empty, **portion, "part": part, "parts": parts}


def _portions(whole: Whole, links: Links, room: int) -> Iterator[Json]:
    """Yield what goes into each part; one is empty if there is nothing to tell."""
    portion: dict[str, list[Json]] = {}
    left = room
    for name, forms in _items(whole, links):
        item = _first_that_fits(forms, room)
        size = _size(item)
        if size > left:
            yield dict(portion)
            portion, left = {}, room
        portion.setdefault(name, []).append(item)
        left -= size
    yield dict(portion)


def _items(whole: Whole, links: Links) -> Iterator[tuple[str, Iterator[Json]]]:
    """Yield each item in the forms it may take, with the list it belongs to."""
    for one in whole.participants:
        who: Json = {"role": one.role, "person": person(one.contact)}
        yield "participants", _forms(who)
    for said in whole.comments:
        yield "comments", _comment(said, links)
    for said in whole.comments:
        for file in said.comment.attachments:
            if file.state is FileState.STORED and file.sha256 is not None:
                yield "attachments", _attachment(said, file, links.file(file.sha256))
    for link in whole.links:
        yield "links", _forms({"kind": link.kind, "number": link.number})


def _forms(about: Json, addresses: Json | None = None) -> Iterator[Json]:
    """Yield the whole, then ever shorter forms; addresses are never cut."""
    kept = addresses or {}
    yield about | kept
    for limit in CUTS:
        yield shortened(about, limit) | kept


def _first_that_fits(forms: Iterable[Json], room: int) -> Json:
    for form in forms:
        if _size(form) <= room:
            return form
    raise BodyTooLarge


def _size(item: Json) -> int:
    return len(encode(item).encode()) + 1  # and the comma after it


def _header(whole: Whole) -> Json:
    ticket = whole.ticket
    partner, assignee = ticket.organisation, ticket.assignee
    return {
        "actor": "system",
        "leaves": False,
        "number": ticket.number,
        "site": ticket.site,
        "organisation": partner.id if partner else None,
        "organisation_name": partner.name if partner else None,
        "requester": ticket.requester.id,
        "requester_name": ticket.requester.name,
        "requester_email": ticket.requester.email,
        "subject": ticket.subject,
        "process": ticket.process,
        "stage": ticket.stage,
        "awaiting": ticket.awaiting,
        "priority": ticket.priority,
        "assignee": person(assignee) if assignee else None,
        "opened_at": rfc3339(ticket.opened_at),
        "first_answer_at": _moment(ticket.first_answer_at),
        "resolved_at": _moment(ticket.resolved_at),
        "closed_at": _moment(ticket.closed_at),
        "merged_into": whole.merged_into,
    }


def _comment(said: Spoken, links: Links) -> Iterator[Json]:
    comment = said.comment
    about: Json = {
        "comment": comment.public_id,
        "author": person(comment.author),
        "visibility": comment.visibility,
        "trust": comment.trust,
        "verdict": comment.verdict,
        "channel": comment.channel,
        "at": rfc3339(comment.at),
        "text_hash": said.text_hash,
        "attachments": len(comment.attachments),
    }
    if len(comment.text.encode()) <= TEXT_LIMIT:
        yield {**about, "text": comment.text}
    address: Json = {"text_url": links.text(comment.public_id)}
    yield from _forms({**about, **digest_of(comment.text)}, address)


def _attachment(said: Spoken, file: Attachment, url: str) -> Iterator[Json]:
    about: Json = {
        "comment": said.comment.public_id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
    return _forms(about, {"url": url})


def _moment(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
