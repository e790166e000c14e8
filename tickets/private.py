"""Partners write to the bot: requests, additions to them, and a few commands."""

from __future__ import annotations

from tickets import chat
from tickets.books import Participant
from tickets.comments import Draft, add_comment, body_hash
from tickets.desk import Desk
from tickets.files.fetching import fetch_partners_files, list_remote
from tickets.gate.blocking import BLOCKED, is_person_blocked
from tickets.gate.strangers import meet_in_chat
from tickets.gate.trust import Source, judge
from tickets.linking import bind_account
from tickets.model import Comment, Contact, Json, Ticket, TicketId
from tickets.opening import open_ticket
from tickets.people import add_participant, find_writer, lift_quiet, role_of
from tickets.process import CLOSED, Reader
from tickets.stages import answered_by_partner
from tickets.talk import Wrote
from tickets.verdict import Verdict
from tickets.wishes.asking import Question, number_in, question_in
from tickets.wishes.leaving import leave_in_chat
from tickets.wishes.statuses import answer_in_chat
from tickets.words import Channel, Outcome, Trust
from tickets.work import OPENING, ChatLink, Work

#: What the bot listens to; all else that begins with a slash is but text.
COMMANDS = frozenset({"start", "help", "new", "status", "leave"})
SUBJECT_LENGTH = 80
#: What the rules are called that decide where a message belongs.
NEW, REPLY, TALK = "new", "reply-in-chat", "same-talk"


def hear(desk: Desk, wrote: Wrote) -> Verdict:
    """Turn a message in a private chat into a ticket or a part of one."""
    if desk.books.specialist(wrote.person.id) is not None:
        return _tell(desk, wrote, "staff-here", rule="specialist-in-private")
    known = desk.books.contact_in_chat(wrote.person.id)
    if known is not None and is_person_blocked(desk, known.contact):
        return BLOCKED
    return _obey(desk, wrote) or _file(desk, wrote)


def _file(desk: Desk, wrote: Wrote) -> Verdict:
    placed = None if wrote.command == NEW else _place(desk, wrote)
    said = _said(desk, wrote, near=placed[0] if placed else None)
    if said is not None:
        return said
    if not wrote.text and not wrote.files:
        return _tell(desk, wrote, "nothing-said", rule="says-nothing")
    if placed is None:
        return _open(desk, wrote)
    ticket, rule = placed
    return _continue(desk, wrote, ticket, rule=rule)


def _obey(desk: Desk, wrote: Wrote) -> Verdict | None:
    """Do what a command says; None for what opens or continues a ticket."""
    if wrote.command == "start":  # who blocked us and comes back says so, too
        desk.work.silenced[wrote.person.id] = False
    match wrote.command:
        case "start" if wrote.text:
            return bind_account(desk, wrote)
        case "start" | "help":
            command = Outcome.COMMAND
            return _tell(desk, wrote, "welcome", rule="greeted", outcome=command)
        case "new" if not wrote.text and not wrote.files:
            return _begin_anew(desk, wrote)
        case _:
            return None


def _said(desk: Desk, wrote: Wrote, *, near: Ticket | None) -> Verdict | None:
    """Answer who asks or leaves in so many words; None for all else."""
    if wrote.command == "leave":
        return leave_in_chat(desk, wrote, near)
    if wrote.command == "status":
        question = Question(number=number_in(wrote.text))
        return answer_in_chat(desk, wrote, question, near=None)
    asked = None if wrote.command or wrote.files else question_in(wrote.text)
    if asked is None:
        return None
    answered = near if wrote.reply_to is not None else None
    return answer_in_chat(desk, wrote, asked, near=answered)


def subject_of(wrote: Wrote) -> str:
    """Return the first line, cut between words, or the name of the first file."""
    lines = (" ".join(line.split()) for line in wrote.text.splitlines())
    line = next((line for line in lines if line), "")
    if not line and wrote.files:
        line = wrote.files[0].name
    if len(line) <= SUBJECT_LENGTH:
        return line
    cut = line[:SUBJECT_LENGTH]
    whole_words = cut[: cut.rfind(" ")] if " " in cut[SUBJECT_LENGTH // 2 :] else cut
    return f"{whole_words.rstrip(' ,.;:-')}…"


def _tell(
    desk: Desk,
    wrote: Wrote,
    notice: str,
    *,
    rule: str,
    outcome: Outcome = Outcome.IGNORED,
) -> Verdict:
    facts: dict[str, object] = {"address": desk.rules.address}
    chat.tell_person(desk.work, wrote.person, notice, facts=facts)
    return Verdict(outcome=outcome, rule=rule)


def _begin_anew(desk: Desk, wrote: Wrote) -> Verdict:
    """Let the next message open a ticket, whatever was talked of before."""
    link = ChatLink(chat=wrote.person.id, message_id=wrote.message_id, ticket_id=None)
    desk.work.chat_links.append(link)
    return _tell(desk, wrote, "new", rule="new-asked", outcome=Outcome.COMMAND)


def _place(desk: Desk, wrote: Wrote) -> tuple[Ticket, str] | None:
    """Return the ticket that is meant, and the rule that says so.

    An answer to a message belongs to its ticket; anything else to what the chat was
    last about, until that is closed.
    """
    me = wrote.person.id
    if wrote.reply_to is not None:
        meant = desk.books.ticket_of_message(me, wrote.reply_to)
        if meant is not None:
            return desk.books.ticket(meant), REPLY
    last: TicketId | None = desk.books.ticket_in_talk(me)
    if last is None:
        return None
    ticket = desk.books.ticket(last)
    return None if ticket.stage == CLOSED else (ticket, TALK)


def _open(desk: Desk, wrote: Wrote) -> Verdict:
    if not wrote.admitted and _is_stranger(desk, wrote):
        met = meet_in_chat(desk, wrote)
        if met is not None:
            return met
    work, author = desk.work, find_writer(desk, wrote.person)
    trust = judge(Source(proven=is_bound(author), participant=True))
    ticket, comment = open_ticket(
        desk,
        site=desk.rules.site_of(author.organisation),
        subject=subject_of(wrote),
        people=[Participant(contact=author, role="requester")],
        draft=_draft(work, wrote, author, trust=trust),
    )
    _remember(work, wrote, comment)
    _acknowledge(desk, wrote, ticket)
    chat.refresh_card(desk, ticket, priority=OPENING)
    _show(desk, wrote, ticket, comment=comment)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=NEW,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _acknowledge(desk: Desk, wrote: Wrote, ticket: Ticket) -> None:
    """Queue the message with the number, or a mark if the process tells nobody."""
    notice = desk.rules.process.notice(ticket.stage, Reader.PARTNER)
    if notice is None:
        chat.react(desk.work, (wrote.person.id, wrote.message_id), "queued")
        return
    facts: Json = {"notice": notice, "reply_to": wrote.message_id}
    chat.post_private(
        desk.work,
        wrote.person,
        "accepted",
        ticket=ticket,
        facts=facts,
        priority=OPENING,
    )


def _is_stranger(desk: Desk, wrote: Wrote) -> bool:
    """Say whether nobody knows who it is: no partner has them, and no ticket."""
    known = desk.books.contact_in_chat(wrote.person.id)
    if known is None:
        return True
    contact = known.contact
    if contact.organisation is not None or is_bound(contact):
        return False
    return not desk.books.tickets_of(contact.id, most=1)


def is_bound(contact: Contact) -> bool:
    """Say whether the account is that of somebody who can read their mail.

    Nothing but a link that was mailed there gives a contact both.
    """
    return contact.telegram is not None and contact.email is not None


def _draft(work: Work, wrote: Wrote, author: Contact, *, trust: Trust) -> Draft:
    return Draft(
        author=author,
        text=wrote.text,
        channel=Channel.TELEGRAM,
        trust=trust,
        attachments=list_remote(work, wrote.files),
        fingerprint=body_hash(wrote.text, ()),
    )


def _remember(work: Work, wrote: Wrote, comment: Comment) -> None:
    """Let an answer to this message, and what follows it, lead to its ticket."""
    work.chat_links.append(
        ChatLink(
            chat=wrote.person.id,
            message_id=wrote.message_id,
            ticket_id=comment.ticket_id,
            comment_id=comment.id,
        )
    )


def _show(desk: Desk, wrote: Wrote, ticket: Ticket, *, comment: Comment) -> None:
    chat.show_comment(desk, ticket, comment)
    fetch_partners_files(desk, ticket, comment, person=wrote.person)


def _continue(desk: Desk, wrote: Wrote, ticket: Ticket, *, rule: str) -> Verdict:
    work, author = desk.work, find_writer(desk, wrote.person)
    people = desk.books.participants(ticket.id)
    known = next((one for one in people if one.contact.id == author.id), None)
    is_known = known is not None or author.id in desk.books.departed(ticket.id)
    trust = judge(Source(proven=is_bound(author), participant=is_known))
    draft = _draft(work, wrote, author, trust=trust)
    ticket, comment = add_comment(work, ticket, draft)
    if trust is not Trust.UNPROVEN:
        if known is None:
            ticket = add_participant(desk, ticket, author, role=role_of(ticket, author))
        elif known.quiet:
            ticket = lift_quiet(work, ticket, known)
        ticket = answered_by_partner(desk, ticket, author)
    _remember(work, wrote, comment)
    chat.react(work, (wrote.person.id, wrote.message_id), "queued")
    _show(desk, wrote, ticket, comment=comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=rule,
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )
