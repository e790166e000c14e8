"""A mail arrives: which ticket it belongs to and what happens then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tickets import chat, lanes
from tickets.blocking import BLOCKED, is_blocked, is_person_blocked
from tickets.books import Participant
from tickets.bounces import note_report
from tickets.clues import find_refs, find_signed, gather
from tickets.comments import Draft, add_comment, body_hash, store_files
from tickets.desk import Desk
from tickets.ladder import NEW, Placed, Ref, climb
from tickets.letter import Letter, Mailbox
from tickets.model import Contact, Ticket, TicketId
from tickets.notices import is_machine
from tickets.opening import open_ticket
from tickets.people import add_participant, find_contacts, lift_quiet
from tickets.process import Reader
from tickets.robots import AUTO_REPLY, NO_AUTHOR, came_back, replies, set_aside
from tickets.rules import ACKNOWLEDGEMENT_WINDOW
from tickets.stages import answered_by_partner
from tickets.strangers import Came, meet_by_mail
from tickets.trust import Source, answers_known_mail, is_colleague, judge
from tickets.verdict import Verdict
from tickets.words import Channel, Medium, Outcome, Trust
from tickets.work import OPENING, Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A mail with its SMTP envelope, read; ``admitted``: somebody let its author in."""

    letter: Letter
    mail_from: str
    rcpt_tos: tuple[str, ...]
    channel: Channel = Channel.SMTP
    admitted: bool = False

    @property
    def author(self) -> Mailbox | None:
        """Who wrote it: From, else the return path."""
        if self.letter.author is not None:
            return self.letter.author
        return Mailbox(address=self.mail_from) if self.mail_from else None


def receive(desk: Desk, post: Post) -> Verdict:
    """File one mail: as a ticket, a comment, a duplicate, a signal, or set aside."""
    letter = post.letter
    if letter.report is not None:
        return note_report(desk, letter.report)
    author = post.author
    aside = set_aside(letter, author, desk.rules)
    if aside is not None or author is None:
        return aside or NO_AUTHOR
    if is_blocked(desk, author.address):
        return BLOCKED
    refs = find_refs(desk, letter)
    copy = came_back(desk, letter, author, refs=refs) or _copy_of(desk, letter, refs)
    if copy is not None:
        return copy
    signed = find_signed(desk, letter, author, rcpt_tos=post.rcpt_tos)
    clues = gather(desk, letter, author, refs=refs, signed=signed)
    placed = climb(clues)
    if placed is None:
        return AUTO_REPLY if replies(letter) else _begin(desk, post, author)
    source = Source(
        proven=signed is not None and signed.is_for(author),
        knows_an_id=answers_known_mail(desk, clues, placed),
        knows_an_address=signed is not None,
        vouched=letter.vouched,
    )
    return _continue(desk, post, author, placed=placed, source=source)


def _copy_of(desk: Desk, letter: Letter, refs: dict[str, Ref]) -> Verdict | None:
    """Return the verdict on a mail that already had its effect."""
    ref = refs.get(letter.message_id or "")
    if ref is None or not ref.seen or ref.arrival_id in {None, desk.work.arrival}:
        return None
    first = desk.books.same_comment(ref, body_hash(letter.whole, letter.files))
    if first is None:
        return None
    return Verdict(
        outcome=Outcome.DUPLICATE,
        rule="same-message-id-and-body",
        outcome_id=str(first.id),
        ticket_id=first.ticket_id,
    )


def _begin(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    """Open a ticket, unless a stranger wrote who must be let in first."""
    came = Came(
        letter=post.letter,
        author=author,
        return_path=post.mail_from,
        site=desk.rules.site_for(post.rcpt_tos),
        answerable=_is_answerable(desk, post),
    )
    met = None if post.admitted else meet_by_mail(desk, came)
    return met or _open(desk, post, author)


def _open(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    work, letter = desk.work, post.letter
    people = _people(desk, post, author)
    trust = judge(Source(participant=True, vouched=letter.vouched))
    if trust is Trust.UNPROVEN:
        people = people[:1]  # whoever it names besides may not want to be
    answerable = _is_answerable(desk, post)
    too_many = answerable and _has_had_enough(desk, post)
    ticket, comment = open_ticket(
        desk,
        site=desk.rules.site_for(post.rcpt_tos),
        subject=letter.subject,
        people=_participants(people, answerable=answerable, too_many=too_many),
        draft=_draft(work, post, people[0], trust=trust),
    )
    _remember(work, letter, ticket.id, trust=comment.trust)
    if answerable and not too_many:
        _acknowledge(desk, post, ticket)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=NEW,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _people(desk: Desk, post: Post, author: Mailbox) -> list[Contact]:
    """Return the author first, then others of To and Cc: not us, nor who is blocked."""
    boxes = [author]
    boxes.extend(
        box
        for box in (*post.letter.to, *post.letter.cc)
        if "@" in box.address and not desk.rules.is_own(box.address)
    )
    limit = desk.rules.participants_a_mail
    people = find_contacts(desk, boxes[:limit])
    return [one for one in people if not is_person_blocked(desk, one)]


def _participants(
    people: Sequence[Contact], *, answerable: bool, too_many: bool
) -> list[Participant]:
    """Return the author as the requester, then the others; who is not to be told."""
    return [
        Participant(
            contact=contact,
            role="cc" if place else "requester",
            quiet=too_many or not (place or answerable),
        )
        for place, contact in enumerate(people)
    ]


def _draft(work: Work, post: Post, author: Contact, *, trust: Trust) -> Draft:
    letter = post.letter
    return Draft(
        author=author,
        text=letter.text,
        quoted=letter.quoted,
        html=letter.html,
        channel=post.channel,
        trust=trust,
        attachments=store_files(work, letter.files),
        fingerprint=body_hash(letter.whole, letter.files),
        message_id=letter.message_id,
        thread=" ".join(letter.references),
    )


def _remember(work: Work, letter: Letter, ticket_id: TicketId, *, trust: Trust) -> None:
    """Let every id of the conversation lead to its ticket from now on.

    What an unproven author refers to is not believed: only their own mail is known.
    """
    work.message_id = letter.message_id
    named = (*letter.in_reply_to, *letter.references)
    for one in (letter.message_id, *(named if trust is not Trust.UNPROVEN else ())):
        if one:
            work.refs[one] = ticket_id


def _is_answerable(desk: Desk, post: Post) -> bool:
    """Say whether a program may write to who wrote this (RFC 3834, 2).

    Who forged From may have forged the return path, too.
    """
    to = post.mail_from
    if not to or post.letter.automatic or post.letter.vouched is False:
        return False
    return not (desk.rules.is_own(to) or is_machine(to))


def _has_had_enough(desk: Desk, post: Post) -> bool:
    """Say whether the return path was acknowledged as often as may be in a day."""
    since = desk.work.now - ACKNOWLEDGEMENT_WINDOW
    acknowledged = desk.books.acknowledged_since(post.mail_from.lower(), since)
    return acknowledged >= desk.rules.acknowledgements_a_day


def _acknowledge(desk: Desk, post: Post, ticket: Ticket) -> None:
    """Queue the mail with the number, to the return path (RFC 3834, 4)."""
    notice = desk.rules.process.notice(ticket.stage, Reader.PARTNER)
    if notice is None:
        return
    to = post.mail_from.lower()
    desk.work.deliver(
        Medium.MAIL,
        notice,
        target=to,
        lane=lanes.mail(ticket.number, to),
        priority=OPENING,
        facts={},
        ticket_id=ticket.id,
    )


def _continue(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed, source: Source
) -> Verdict:
    work = desk.work
    ticket = desk.books.ticket(placed.ticket_id)
    contact = find_contacts(desk, [author])[0]
    people = desk.books.participants(ticket.id)
    known = next((one for one in people if one.contact.id == contact.id), None)
    source = replace(
        source,
        participant=known is not None,
        colleague=is_colleague(contact, ticket),
    )
    trust = judge(source)
    draft = _draft(work, post, contact, trust=trust)
    ticket, comment = add_comment(work, ticket, draft)
    if trust is not Trust.UNPROVEN:
        answerable = _is_answerable(desk, post)
        if known is None:
            quiet = not answerable
            if not replies(post.letter):
                ticket = add_participant(desk, ticket, contact, role="cc", quiet=quiet)
        elif known.quiet and answerable and not _has_had_enough(desk, post):
            ticket = lift_quiet(work, ticket, known)
        if not post.letter.automatic:
            ticket = answered_by_partner(desk, ticket, contact, tells=answerable)
    _remember(work, post.letter, ticket.id, trust=trust)
    chat.show_comment(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=placed.rule,
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )
