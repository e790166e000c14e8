"""A specialist forwards a partner's mail, or writes on a ticket by mail."""

from __future__ import annotations

from dataclasses import replace

from tickets import chat
from tickets.books import Participant
from tickets.comments import Draft, add_comment, body_hash
from tickets.desk import Desk
from tickets.files.refused import tell_of_files
from tickets.gate.blocking import is_blocked
from tickets.letter import Letter, Mailbox
from tickets.model import Json, Specialist, Ticket
from tickets.notices import is_machine
from tickets.opening import open_ticket
from tickets.people import find_contacts
from tickets.post import sealing
from tickets.post.ladder import Placed
from tickets.post.posted import Post, draft_of, remember
from tickets.post.subjects import bare_subject
from tickets.process import Reader
from tickets.verdict import Verdict
from tickets.ways import mail_notice
from tickets.words import Outcome, Trust, Visibility
from tickets.work import OPENING

#: What the rules are called that decide so.
FORWARDED, NOTED = "forwarded-by-specialist", "specialist-by-mail"


def hear_specialist(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed | None
) -> Verdict | None:
    """Take what a specialist writes by mail; None for others, and for their requests.

    Only if our border server says that it was they: without its word anybody could
    write in their name.
    """
    letter = post.letter
    if letter.vouched is not True or letter.automatic:
        return None
    specialist = desk.books.specialist_by_email(author.address.lower())
    if specialist is None:
        return None
    if placed is not None:
        return _keep_note(desk, post, specialist, placed=placed)
    sender = _original_sender(desk, letter)
    if sender is None:
        return None
    return _open_for(desk, post, sender=sender, specialist=specialist)


def _original_sender(desk: Desk, letter: Letter) -> Mailbox | None:
    """Return who wrote the mail that a specialist forwards: no one of ours."""
    sender = letter.forwarded_from
    if sender is None or desk.rules.is_own(sender.address):
        return None
    if is_blocked(desk, sender.address):  # whose answers nobody would hear
        return None
    is_staff = desk.books.specialist_by_email(sender.address.lower()) is not None
    return None if is_staff else sender


def _own_words(letter: Letter) -> str:
    """Return what stands above the forwarded mail."""
    lines = (line.strip() for line in letter.forward.split("\n"))
    first = next((line for line in lines if line), "")
    return letter.text.partition(first)[0].strip() if first else ""


def _open_for(
    desk: Desk, post: Post, *, sender: Mailbox, specialist: Specialist
) -> Verdict:
    """Open a ticket for who wrote the forwarded mail; they hear of its number.

    What the specialist wrote above it is a note of theirs.
    """
    letter = post.letter
    requester = find_contacts(desk, [sender])[0]
    draft = draft_of(desk, post, requester, trust=Trust.PLAUSIBLE)
    ticket, comment = open_ticket(
        desk,
        site=desk.rules.site_for(post.rcpt_tos),
        subject=bare_subject(letter.subject),
        people=[Participant(contact=requester, role="requester")],
        # One that came as a file has no place in the text: it is all of it.
        draft=replace(draft, text=letter.forward or letter.text, html=None),
    )
    remember(desk.work, letter, ticket.id, trust=Trust.PLAUSIBLE)
    _acknowledge(desk, ticket, sender)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, comment)
    if letter.sealed:
        sealing.tell(desk, ticket, letter.sealed, asked=False)
    tell_of_files(desk, ticket, comment, left_out=letter.left_out, to=None)
    facts: Json = {"recipient": specialist.name}
    chat.tell_topic(desk, ticket, "forwarded", facts=facts)
    if words := _own_words(letter):
        ticket, note = add_comment(desk.work, ticket, _note(post, specialist, words))
        chat.show_comment(desk, ticket, note)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=FORWARDED,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _acknowledge(desk: Desk, ticket: Ticket, sender: Mailbox) -> None:
    notice = desk.rules.process.notice(ticket.stage, Reader.PARTNER)
    email = sender.address.lower()
    if notice is not None and not is_machine(email):
        mail_notice(desk.work, ticket, notice, email=email, priority=OPENING)


def _keep_note(
    desk: Desk, post: Post, specialist: Specialist, *, placed: Placed
) -> Verdict:
    """Keep what a specialist wrote on a ticket by mail as a note, never mailed on."""
    ticket = desk.books.ticket(placed.ticket_id)
    draft = draft_of(desk, post, specialist, trust=Trust.PROVEN)
    draft = replace(draft, visibility=Visibility.INTERNAL)
    ticket, note = add_comment(desk.work, ticket, draft)
    remember(desk.work, post.letter, ticket.id, trust=Trust.PROVEN)
    chat.show_comment(desk, ticket, note)
    if post.letter.sealed:
        sealing.tell(desk, ticket, post.letter.sealed, asked=False)
    tell_of_files(desk, ticket, note, left_out=post.letter.left_out, to=None)
    facts: Json = {"recipient": specialist.name}
    chat.tell_topic(desk, ticket, "noted-by-mail", facts=facts)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=NOTED,
        outcome_id=str(note.id),
        ticket_id=ticket.id,
    )


def _note(post: Post, specialist: Specialist, words: str) -> Draft:
    return Draft(
        author=specialist,
        text=words,
        channel=post.channel,
        visibility=Visibility.INTERNAL,
        fingerprint=body_hash(words, ()),
    )
