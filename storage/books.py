"""The desk's records as the rules read them: tickets.books.Books over SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, case, func, literal, or_, select
from typing_extensions import override

from storage import about, lookups, rows, sent, triage
from storage.about import Since
from storage.holding import Answers
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import ATTACHMENT, COMMENT, SPECIALIST
from storage.schema import table
from storage.sent import SENT_MAIL
from storage.standings import Standings
from storage.transaction import Transaction
from tickets.books import Participant, Progress
from tickets.gate.waiting import Waiting
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    ContactId,
    Organisation,
    SentMail,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.post.ladder import Ref
from tickets.words import UNFINISHED, DeliveryState, Fate, Trust

CHAT = table("chat")
CHAT_MESSAGE = table("chat_message")
TOPIC = table("topic")


@dataclass(kw_only=True, slots=True)
class Memory:
    """What was read in this transaction; None stands for what is not there.

    A ticket in it is locked, and what we change is only gathered until the end: so
    what was read once stays true.
    """

    refs: dict[str, Ref] = field(default_factory=dict)
    tickets: dict[TicketId, Ticket | None] = field(default_factory=dict)
    numbers: dict[str, Ticket | None] = field(default_factory=dict)
    people: dict[TicketId, tuple[Participant, ...]] = field(default_factory=dict)
    contacts: dict[str, Contact | None] = field(default_factory=dict)
    partners: dict[str, Organisation | None] = field(default_factory=dict)
    blocked_domains: dict[str, bool] = field(default_factory=dict)
    trust: dict[ArrivalId, Trust | None] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    free_numbers: dict[str, list[int]] = field(default_factory=dict)
    comments: dict[CommentId, Comment | None] = field(default_factory=dict)
    alike: dict[str, list[TicketId]] = field(default_factory=dict)
    staff: dict[str, Specialist | None] = field(default_factory=dict)

    def add_tickets(self, found: Sequence[Ticket]) -> None:
        for ticket in found:
            self.tickets[ticket.id] = self.numbers[ticket.number] = ticket


class SqlBooks(Standings, Answers):
    """One transaction's view of the records; ``locks`` is False for one that looks."""

    def __init__(
        self, tx: Transaction, *, locks: bool = True, memory: Memory | None = None
    ) -> None:
        super().__init__(tx, locks=locks)
        self._memory = memory or Memory()

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        known = self._memory.refs
        if new := [one for one in message_ids if one not in known]:
            known.update(lookups.refs(self._tx, new))
        return {one: known[one] for one in message_ids}

    def trust_of(self, arrival: ArrivalId) -> Trust | None:
        known = self._memory.trust
        if arrival not in known:
            known[arrival] = lookups.trust(self._tx, [arrival]).get(arrival)
        return known[arrival]

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        values = {
            "arrival": ref.arrival_id,
            "ticket": ref.ticket_id,
            "message": ref.message_id,
            "body": body_hash,
        }
        comment_id = self._tx.run(_same_comment, values).scalar()
        return None if comment_id is None else self.comment(comment_id)

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        known = self._memory.contacts
        if new := [one for one in emails if one not in known]:
            known.update({**dict.fromkeys(new), **lookups.contacts(self._tx, new)})
        return _present(known, emails)

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]:
        known = self._memory.partners
        if new := [one for one in domains if one not in known]:
            known.update({**dict.fromkeys(new), **lookups.organisations(self._tx, new)})
        return _present(known, domains)

    def blocked_domains(self, domains: Sequence[str]) -> set[str]:
        known = self._memory.blocked_domains
        if new := [one for one in domains if one not in known]:
            known.update(dict.fromkeys(new, False))
            known.update(dict.fromkeys(lookups.blocked_domains(self._tx, new), True))
        return {one for one in domains if known[one]}

    def is_waiting(self, who: str) -> bool:
        return triage.is_waiting(self._tx, who)

    def waiting(self, arrival: ArrivalId) -> Waiting | None:
        return triage.waiting(self._tx, arrival, lock=self._locks)

    def specialist(self, telegram_id: int) -> Specialist | None:
        row = self._tx.run(_specialist, {"telegram": telegram_id}).first()
        return rows.to_specialist(row) if row else None

    def ticket(self, ticket_id: TicketId) -> Ticket:
        known = self._memory.tickets
        if ticket_id not in known:
            known[ticket_id] = None
            found = lookups.tickets(self._tx, ids=[ticket_id], lock=self._locks)
            self._memory.add_tickets(found)
        ticket = known[ticket_id]
        if ticket is None:
            raise LookupError(f"there is no ticket with id {ticket_id}")
        return ticket

    def ticket_by_number(self, number: str) -> Ticket | None:
        known, wanted = self._memory.numbers, number.upper()
        if wanted not in known:
            known[wanted] = None
            found = lookups.tickets(self._tx, numbers=[wanted], lock=self._locks)
            self._memory.add_tickets(found)
        return known[wanted]

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None:
        ticket_id = self._tx.run(
            select(TOPIC.c.ticket_id)
            .join(CHAT, TOPIC.c.chat_id == CHAT.c.id)
            .where(or_(CHAT.c.telegram_id == chat, CHAT.c.former_id == chat))
            .where(TOPIC.c.thread_id == thread_id)
        ).scalar()
        return None if ticket_id is None else self.ticket(ticket_id)

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]:
        known = self._memory.people
        if ticket_id not in known:
            known.update(lookups.participants(self._tx, [ticket_id]))
        return known[ticket_id]

    def tickets_about(
        self,
        key: str,
        people: Sequence[ContactId],
        *,
        heard_since: datetime,
        opened_since: datetime,
    ) -> list[Ticket]:
        known = self._memory.alike
        if key not in known:
            since = Since(opened=opened_since, heard=heard_since)
            known.update(about.alike(self._tx, [key], people, since=since))
        return [self.ticket(one) for one in known[key]]

    @override
    def specialist_by_email(self, email: str) -> Specialist | None:
        known = self._memory.staff
        if email not in known:
            known[email] = super().specialist_by_email(email)
        return known[email]

    def comment(self, comment_id: CommentId) -> Comment | None:
        """Read it as it is now: no lock keeps others from changing it."""
        known = self._memory.comments
        if comment_id in known:
            return known[comment_id]
        return lookups.comments(self._tx, [comment_id]).get(comment_id)

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None:
        row = self._tx.run(
            select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)
        ).first()
        return (rows.to_attachment(row), row.comment_id) if row else None

    def progress(self, comment_id: CommentId) -> Progress:
        found = self._tx.run(_states, {"comment": comment_id})
        counts: dict[str, int] = {row.state: row.number for row in found}
        return Progress(
            waiting=sum(counts.get(state, 0) for state in UNFINISHED),
            sent=counts.get(DeliveryState.SENT, 0),
            failed=counts.get(DeliveryState.PARKED, 0),
        )

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        row = self._tx.run(
            select(CHAT.c.telegram_id, CHAT_MESSAGE.c.message_id)
            .join(CHAT, CHAT_MESSAGE.c.chat_id == CHAT.c.id)
            .where(CHAT_MESSAGE.c.comment_id == comment_id, CHAT.c.kind == "forum")
            .order_by(CHAT_MESSAGE.c.id)
            .limit(1)
        ).first()
        return (row.telegram_id, row.message_id) if row else None

    def next_number(self, site: str) -> str:
        free = self._memory.free_numbers.setdefault(site, [])
        if not free:
            free.extend(lookups.numbers(self._tx, site, 1))
        return f"{site}-{free.pop(0)}"

    def sent_mails(self, message_ids: Sequence[str]) -> dict[str, SentMail]:
        return sent.by_message_id(self._tx, message_ids) if message_ids else {}

    def last_mail_to(self, ticket_id: TicketId, recipient: str) -> SentMail | None:
        return sent.last_to(self._tx, ticket_id, recipient)

    def notices_since(
        self, ticket_id: TicketId, address: str, *, since: datetime
    ) -> int:
        return sent.notices_since(self._tx, ticket_id, address, since=since)

    def acknowledged_since(self, address: str, since: datetime) -> int:
        known = self._memory.acknowledged
        if address not in known:
            known.update(lookups.acknowledged(self._tx, [address], since))
        return known[address]


K = TypeVar("K")
V = TypeVar("V")


def _present(known: Mapping[K, V | None], wanted: Iterable[K]) -> dict[K, V]:
    found = ((one, known[one]) for one in wanted)
    return {one: value for one, value in found if value is not None}


@Prepared
def _same_comment(_: Sql) -> Any:
    first = COMMENT.c.arrival_id == bindparam("arrival")
    later = and_(
        COMMENT.c.ticket_id == bindparam("ticket"),
        COMMENT.c.message_id == bindparam("message"),
    )
    return (
        select(COMMENT.c.id)
        .where(or_(first, later), COMMENT.c.body_hash == bindparam("body"))
        .order_by(COMMENT.c.id)
        .limit(1)
    )


_specialist = Prepared(
    lambda _: select(SPECIALIST).where(
        SPECIALIST.c.telegram_id == bindparam("telegram"), SPECIALIST.c.active
    )
)


#: A mail that came back failed, although it may be marked as sent after that.
_state = case(
    (SENT_MAIL.c.fate == Fate.FAILED, literal(DeliveryState.PARKED.value)),
    else_=DELIVERY.c.state,
)
_states = Prepared(
    lambda _: (
        select(_state.label("state"), func.count().label("number"))
        .select_from(
            DELIVERY.outerjoin(SENT_MAIL, SENT_MAIL.c.delivery_id == DELIVERY.c.id)
        )
        .where(DELIVERY.c.comment_id == bindparam("comment"))
        .group_by(_state)
    )
)
