"""What a delivery's words are made from, read as things stand now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from storage import bots, chats, contents, digests, lookups, statuses, triage, who
from storage.books import CHAT, TOPIC, Memory, SqlBooks
from storage.deliveries import SENT_MAIL, Due
from storage.earlier import earlier
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import ATTACHMENT, COMMENT, to_attachment
from storage.transaction import Transaction
from tickets.attaching import Room, share
from tickets.books import Participant
from tickets.invitations import LIFE, Invitation, invite
from tickets.leave_links import LeaveLink, leave_url
from tickets.letter import File, Mailbox
from tickets.model import Attachment, Comment, Contact, Ticket
from tickets.outgoing import ChatNotice, Mail, MailNotice, RefusalNotice
from tickets.rules import Rules
from tickets.statuses import STATUS
from tickets.strangers import NOT_SERVED
from tickets.words import DeliveryState, FileState

#: What goes to a chat; the rest answers a button or fetches a file.
PLACED = frozenset(
    {
        "card",
        "comment",
        "full-text",
        "file",
        "notice",
        "reaction",
        "accepted",
        "answer",
        "alarm",
        triage.QUESTION,
        triage.DECISION,
    }
)


_WITHOUT_TICKET = frozenset({digests.KIND, NOT_SERVED})
#: Without a limit: for who looks at words alone, and for tests.
ENDLESS = Room(most=1 << 40)
#: How much of the conversation an answer may quote.
QUOTED = 3
#: So many Message-IDs a mail refers to at most.
REFERENCES = 100


def mail_notices(
    tx: Transaction, dues: Sequence[Due], rules: Rules, *, room: Room = ENDLESS
) -> list[Mail]:
    """Return the mails' notices, with the files that there is room for.

    LookupError if one names a row that is not there.
    """
    books = SqlBooks(tx, locks=False, memory=_read_ahead(tx, dues))
    chains = _Chains.read(tx, dues)
    acted = who.actors(tx, {due.facts.get("who") for due in dues})
    offers = rules.telegram and any(due.kind == "accepted" for due in dues)
    bot = bots.username(tx) if offers else None
    return [
        _without_ticket(tx, due, rules)
        if due.kind in _WITHOUT_TICKET
        else statuses.notice(due, rules, books=books)
        if due.kind == STATUS
        else _offering(
            replace(
                _with_files(
                    tx, _mail_notice(tx, due, rules, books=books, chains=chains), room
                ),
                who=acted.get(due.facts.get("who")),
                stage=due.facts.get("stage", ""),
                sealed=bool(due.facts.get("sealed")),
                refused=tuple(due.facts.get("refused", ())),
                too_large=tuple(due.facts.get("too_large", ())),
            ),
            due,
            bot=bot,
            rules=rules,
        )
        for due in dues
    ]


def _without_ticket(tx: Transaction, due: Due, rules: Rules) -> Mail:
    if due.kind == digests.KIND:
        return digests.notice(tx, due, language=rules.language)
    return RefusalNotice(
        delivery=due.id,
        recipient=due.target,
        language=due.facts["language"],
        subject=due.facts["subject"],
        in_reply_to=due.facts["message_id"],
    )


def _offering(
    notice: MailNotice, due: Due, *, bot: str | None, rules: Rules
) -> MailNotice:
    """Offer the chat to who gets a number, and has no account with us yet."""
    reader = notice.reader
    if notice.kind != "accepted" or not bot or reader is None or reader.telegram:
        return notice
    invitation = Invitation(contact_id=reader.id, expires_at=due.created_at + LIFE)
    token = invite(rules.signer.keys[0], invitation)
    return replace(notice, chat_link=f"https://t.me/{bot}?start={token}")


def _read_ahead(tx: Transaction, dues: Sequence[Due]) -> Memory:
    memory = Memory()
    if tickets := {due.ticket_id for due in dues if due.ticket_id is not None}:
        memory.add_tickets(lookups.tickets(tx, ids=tickets, lock=False))
        memory.people = lookups.participants(tx, sorted(tickets))
    if comments := {due.comment_id for due in dues if due.comment_id is not None}:
        memory.comments = {**lookups.comments(tx, comments)}
    return memory


def _mail_notice(
    tx: Transaction, due: Due, rules: Rules, *, books: SqlBooks, chains: _Chains
) -> MailNotice:
    ticket = _ticket(books, due)
    comment = books.comment(due.comment_id) if due.comment_id else None
    people = books.participants(ticket.id)
    chain = chains.of(due)
    reader = next(
        (one.contact for one in people if one.contact.email == due.target), None
    )
    own = reader.language if reader else None
    return MailNotice(
        delivery=due.id,
        kind=due.kind,
        recipient=due.target,
        recipient_name=reader.name if reader else "",
        reader=reader,
        language=rules.language_for(own, ticket.site),
        ticket=ticket,
        to=_mailboxes(people, "requester") or _mailboxes(people, "cc"),
        cc=_mailboxes(people, "cc") if _mailboxes(people, "requester") else (),
        references=tuple(chain),
        in_reply_to=chain[-1] if chain else None,
        comment=comment,
        may_leave=reader is not None and reader.id != ticket.requester.id,
        leave_link=_leave_link(ticket, reader, rules),
        earlier=earlier(tx, comment, most=QUOTED) if comment else (),
    )


def _with_files(tx: Transaction, notice: MailNotice, room: Room) -> MailNotice:
    if notice.comment is None:
        return notice
    files = notice.comment.attachments
    sharing = share(files, room)
    remote = [one.name for one in files if one.state is FileState.REMOTE_ONLY]
    left_out = tuple(one.name for one in sharing.left_out)
    return replace(
        notice,
        files=tuple(load_file(tx, one) for one in sharing.attached),
        linked=sharing.linked,
        left_out=left_out,
        unsent=(*remote, *left_out),
    )


def _leave_link(ticket: Ticket, reader: Contact | None, rules: Rules) -> str | None:
    """Return the way out for who is on the ticket because others named them."""
    if reader is None or reader.id == ticket.requester.id or not rules.public_url:
        return None
    link = LeaveLink(contact_id=reader.id, ticket_id=ticket.id)
    return leave_url(rules.public_url, rules.signer.keys[0], link)


def _ticket(books: SqlBooks, due: Due) -> Ticket:
    if due.ticket_id is None:
        raise LookupError(f"delivery {due.id} of kind {due.kind!r} names no ticket")
    return books.ticket(due.ticket_id)


def _mailboxes(people: tuple[Participant, ...], role: str) -> tuple[Mailbox, ...]:
    return tuple(
        Mailbox(address=one.contact.email, name=_shown_name(one))
        for one in people
        if one.role == role and one.contact.email
    )


def _shown_name(one: Participant) -> str:
    return "" if one.contact.name == one.contact.email else one.contact.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chains:
    """The mails of tickets by ticket: those that came, and those of ours that went."""

    came: Mapping[int, Sequence[Any]]
    went: Mapping[int, Sequence[Any]]

    @classmethod
    def read(cls, tx: Transaction, dues: Sequence[Due]) -> _Chains:
        tickets = sorted({one.ticket_id for one in dues if one.ticket_id is not None})
        came, went = (
            _by_ticket(tx.run(query, {"tickets": tickets})) for query in (_came, _went)
        )
        return cls(came=came, went=went)

    def of(self, due: Due) -> list[str]:
        """Return the conversation's Message-IDs as this recipient may know them.

        The first mail's own References, then every mail of the ticket and every one
        of ours to this recipient, in the order they came (RFC 5322, 3.6.4). Of a
        storm's thousands the first and the newest: servers refuse large headers.
        """
        came = self.came.get(due.ticket_id or 0, ())
        went = self.went.get(due.ticket_id or 0, ())
        mails = [
            (row.at, 0, row.message_id) for row in came if row.at <= due.created_at
        ]
        before = came[0].thread.split() if mails else []
        mails.extend(
            (row.created_at, 1, row.message_id)
            for row in went
            if row.recipient == due.target and row.delivery_id < due.id
        )
        chain = dict.fromkeys(before)
        chain.update(dict.fromkeys(one for _, _, one in sorted(mails)))
        ids = list(chain)
        return ids if len(ids) <= REFERENCES else [ids[0], *ids[1 - REFERENCES :]]


def _by_ticket(found: Sequence[Any]) -> dict[int, list[Any]]:
    tickets: dict[int, list[Any]] = {}
    for row in found:
        tickets.setdefault(row.ticket_id, []).append(row)
    return tickets


@Prepared
def _came(sql: Sql) -> Any:
    comment = COMMENT.c
    return (
        select(comment.ticket_id, comment.message_id, comment.thread, comment.at)
        .where(sql.among(comment.ticket_id, "tickets"))
        .where(comment.message_id.is_not(None))
        .order_by(comment.at, comment.id)
    )


@Prepared
def _went(sql: Sql) -> Any:
    sent = SENT_MAIL.c
    return (
        select(
            sent.ticket_id,
            sent.message_id,
            sent.recipient,
            sent.delivery_id,
            DELIVERY.c.created_at,
        )
        .select_from(SENT_MAIL.join(DELIVERY, sent.delivery_id == DELIVERY.c.id))
        .where(sql.among(sent.ticket_id, "tickets"))
    )


def load_file(tx: Transaction, file: Attachment) -> File:
    """Return an attachment with its bytes."""
    return File(
        name=file.name,
        media_type=file.media_type,
        content=contents.load(tx, file.sha256 or ""),
        content_id=file.content_id,
    )


def chat_notice(tx: Transaction, due: Due, rules: Rules) -> ChatNotice:
    """Return a chat's notice; LookupError if it names a row that is not there."""
    books = SqlBooks(tx, locks=False)
    ticket = books.ticket(due.ticket_id) if due.ticket_id else None
    chat = chats.current_id(tx, int(due.target)) if due.kind in PLACED else 0
    topic = _topic(tx, ticket, chat)
    return ChatNotice(
        delivery=due.id,
        kind=due.kind,
        chat=chat,
        language=due.facts.get("language") or _language(ticket, chat, rules),
        facts=_facts(tx, due),
        ticket=ticket,
        comment=_comment(books, due),
        file=_file(tx, due),
        thread_id=topic.thread_id if topic else None,
        card_message_id=topic.card_message_id if topic else None,
        repeat=due.state is DeliveryState.UNCERTAIN,
    )


def _facts(tx: Transaction, due: Due) -> dict[str, object]:
    facts = dict(due.facts)
    if due.kind == "toast":
        facts["callback_id"] = due.target
    if due.kind == triage.DECISION:
        facts["message_id"] = triage.message_of(tx, due.facts["posed"])
    return facts


def _comment(books: SqlBooks, due: Due) -> Comment | None:
    return books.comment(due.comment_id) if due.comment_id else None


def _language(ticket: Ticket | None, chat: int, rules: Rules) -> str:
    if ticket is not None:
        return rules.language_for(None, ticket.site)
    here = [site.code for site in rules.sites if chat in site.chats]
    return rules.language_for(None, here[0]) if here else rules.language


def _topic(tx: Transaction, ticket: Ticket | None, chat: int) -> Any:
    if ticket is None:
        return None
    return tx.run(
        select(TOPIC.c.thread_id, TOPIC.c.card_message_id)
        .join(CHAT, TOPIC.c.chat_id == CHAT.c.id)
        .where(TOPIC.c.ticket_id == ticket.id, CHAT.c.telegram_id == chat)
        .where(TOPIC.c.state != "gone")
        .order_by(TOPIC.c.id.desc())
        .limit(1)
    ).first()


def _file(tx: Transaction, due: Due) -> File | None:
    if due.kind != "file":
        return None
    row = tx.run(
        select(ATTACHMENT).where(ATTACHMENT.c.id == due.facts["attachment"])
    ).one()
    return load_file(tx, to_attachment(row))
