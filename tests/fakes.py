"""The desk's records in memory: what the rules ask, and what their work changes."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tickets.books import Participant, Progress
from tickets.ladder import Ref
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    Delivery,
    Event,
    Organisation,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.words import UNFINISHED, DeliveryState, Medium, Trust
from tickets.work import Work


@dataclass(slots=True)
class CountedIds:
    """Ids that are the same in every run."""

    rows: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    uuids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def row(self, table: str) -> int:
        del table  # one counter for all of them
        return next(self.rows)

    def uuid(self) -> str:
        return str(uuid.UUID(int=next(self.uuids)))


@dataclass(kw_only=True, slots=True)
class Records:
    """Everything that was committed."""

    partners: dict[str, Organisation] = field(default_factory=dict)  # by domain
    staff: dict[int, Specialist] = field(default_factory=dict)  # by Telegram id
    people: dict[str, Contact] = field(default_factory=dict)  # by address
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    joined: dict[TicketId, list[Participant]] = field(default_factory=dict)
    comments: dict[CommentId, Comment] = field(default_factory=dict)
    hashes: dict[CommentId, str] = field(default_factory=dict)
    by_arrival: dict[ArrivalId, CommentId] = field(default_factory=dict)
    shown: dict[CommentId, tuple[int, int]] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)  # former Telegram ids
    known: dict[str, Ref] = field(default_factory=dict)
    topics: dict[tuple[int, int], TicketId] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    #: By the deliveries' places in the list: the state, if not new, and the time.
    states: dict[int, DeliveryState] = field(default_factory=dict)
    queued_at: list[datetime] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    counters: dict[str, itertools.count[int]] = field(default_factory=dict)

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        return {
            one: self.known.setdefault(one, Ref(message_id=one)) for one in message_ids
        }

    def trust_of(self, arrival: ArrivalId) -> Trust | None:
        found = self.by_arrival.get(arrival)
        return None if found is None else self.comments[found].trust

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        first = self.by_arrival.get(ref.arrival_id or ArrivalId(0))
        for one in self.comments.values():
            later = (one.ticket_id, one.message_id) == (ref.ticket_id, ref.message_id)
            if (later or one.id == first) and self.hashes[one.id] == body_hash:
                return one
        return None

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        return {one: self.people[one] for one in emails if one in self.people}

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]:
        return {one: self.partners[one] for one in domains if one in self.partners}

    def specialist(self, telegram_id: int) -> Specialist | None:
        return self.staff.get(telegram_id)

    def ticket(self, ticket_id: TicketId) -> Ticket:
        return self.tickets[ticket_id]

    def ticket_by_number(self, number: str) -> Ticket | None:
        wanted = number.upper()
        return next((t for t in self.tickets.values() if t.number == wanted), None)

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None:
        found = self.topics.get((self.moved.get(chat, chat), thread_id))
        return None if found is None else self.tickets[found]

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]:
        return tuple(self.joined.get(ticket_id, ()))

    def comment(self, comment_id: CommentId) -> Comment | None:
        return self.comments.get(comment_id)

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None:
        return next(
            (
                (file, comment.id)
                for comment in self.comments.values()
                for file in comment.attachments
                if file.id == attachment_id
            ),
            None,
        )

    def progress(self, comment_id: CommentId) -> Progress:
        states = [
            self.states.get(place, DeliveryState.NEW)
            for place, one in enumerate(self.deliveries)
            if one.comment_id == comment_id and one.medium is Medium.MAIL
        ]
        return Progress(
            waiting=sum(state in UNFINISHED for state in states),
            sent=states.count(DeliveryState.SENT),
            failed=states.count(DeliveryState.PARKED),
        )

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        return self.shown.get(comment_id)

    def next_number(self, site: str) -> str:
        counter = self.counters.setdefault(site, itertools.count(1))
        return f"{site}-{next(counter)}"

    def acknowledged_since(self, address: str, since: datetime) -> int:
        return sum(
            one.kind == "accepted" and one.target == address and queued_at >= since
            for one, queued_at in zip(self.deliveries, self.queued_at, strict=True)
        )

    def commit(self, work: Work) -> None:
        """Take over what a piece of work changed."""
        for partner in work.new_organisations:
            self.partners |= dict.fromkeys(partner.domains, partner.organisation)
        for hired in work.new_specialists:
            self.staff[hired.specialist.telegram_id] = hired.specialist
        for new in work.contacts:
            self.people[new.contact.email or ""] = new.contact
        self.tickets |= work.opened | work.changed
        for joins in work.participants:
            self._join(joins.ticket_id, joins.contact_id, joins.role)
        self._take_comments(work)
        for one, ticket_id in work.refs.items():
            ref = self.known.get(one, Ref(message_id=one))
            arrives = one == work.message_id
            self.known[one] = replace(
                ref,
                ticket_id=ref.ticket_id or ticket_id,
                seen=ref.seen or arrives,
                arrival_id=(
                    work.arrival if arrives and not ref.seen else ref.arrival_id
                ),
            )
        self._take_chats(work)
        self.events += work.events
        self.deliveries += work.deliveries
        self.queued_at += [work.now] * len(work.deliveries)
        self.blobs |= work.blobs

    def _take_chats(self, work: Work) -> None:
        self.moved |= work.moved_chats
        for old, new in work.moved_chats.items():
            for chat, thread_id in [one for one in self.topics if one[0] == old]:
                self.topics[new, thread_id] = self.topics.pop((chat, thread_id))
        for topic in work.topics:
            chat = self.moved.get(topic.chat, topic.chat)
            self.topics.setdefault((chat, topic.thread_id), topic.ticket_id)
        for link in work.chat_links:
            self.shown.setdefault(link.comment_id, (link.chat, link.message_id))

    def _join(self, ticket_id: TicketId, contact_id: int, role: str) -> None:
        people = self.joined.setdefault(ticket_id, [])
        contact = next(one for one in self.people.values() if one.id == contact_id)
        if all(one.contact.id != contact_id for one in people):
            people.append(Participant(contact=contact, role=role))

    def _take_comments(self, work: Work) -> None:
        for new in work.comments:
            self.comments[new.comment.id] = new.comment
            self.hashes[new.comment.id] = new.body_hash
            if work.arrival is not None:
                self.by_arrival[work.arrival] = new.comment.id
        for comment_id, verdict in work.verdicts.items():
            judged = replace(self.comments[comment_id], verdict=verdict)
            if verdict == "accepted":
                judged = replace(judged, trust=Trust.PLAUSIBLE)
            self.comments[comment_id] = judged
        for comment in list(self.comments.values()):
            files = tuple(work.stored.get(f.id, f) for f in comment.attachments)
            self.comments[comment.id] = replace(comment, attachments=files)
