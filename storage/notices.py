"""What a mail's words are made from, read as things stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from storage import bots, digests, lookups, statuses, who
from storage.books import Memory, SqlBooks
from storage.chains import Chains
from storage.contents import load_file
from storage.deliveries import Due
from storage.earlier import earlier
from storage.transaction import Transaction
from tickets.books import Participant
from tickets.files.attaching import Room, share
from tickets.gate.strangers import NOT_SERVED
from tickets.invitations import LIFE, Invitation, invite
from tickets.letter import Mailbox
from tickets.model import Contact, Ticket
from tickets.outgoing import Mail, MailNotice, RefusalNotice
from tickets.rules import Rules
from tickets.wishes.leave_links import LeaveLink, leave_url
from tickets.wishes.statuses import STATUS
from tickets.words import FileState

_WITHOUT_TICKET = frozenset({digests.KIND, NOT_SERVED})
#: Without a limit: for who looks at words alone, and for tests.
ENDLESS = Room(most=1 << 40)
#: How much of the conversation an answer may quote.
QUOTED = 3


def mail_notices(
    tx: Transaction, dues: Sequence[Due], rules: Rules, *, room: Room = ENDLESS
) -> list[Mail]:
    """Return the mails' notices, with the files that there is room for.

    LookupError if one names a row that is not there.
    """
    books = SqlBooks(tx, locks=False, memory=_read_ahead(tx, dues))
    chains = Chains.read(tx, dues)
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
    tx: Transaction, due: Due, rules: Rules, *, books: SqlBooks, chains: Chains
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
