"""A mail arrives: which ticket it belongs to and what happens then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tickets import chat, lanes, sealing
from tickets.alike import find_alike
from tickets.books import Participant
from tickets.bounces import note_report
from tickets.clues import find_refs, find_signed, gather
from tickets.comments import add_comment, body_hash
from tickets.desk import Desk
from tickets.folding import fold
from tickets.forwarding import hear_specialist
from tickets.joining import bring_along, others_of
from tickets.ladder import NEW, SAME_SUBJECT, Placed, Ref, climb
from tickets.leaving import leave_by_mail
from tickets.letter import Letter, Mailbox
from tickets.model import Contact, Ticket
from tickets.notices import is_machine
from tickets.opening import open_ticket
from tickets.people import add_participant, find_contacts, lift_quiet, role_of
from tickets.posted import Post, draft_of, remember
from tickets.process import Reader
from tickets.refused import tell_of_files
from tickets.robots import AUTO_REPLY, NO_AUTHOR, came_back, replies, set_aside
from tickets.stages import answered_by_partner
from tickets.statuses import ASKED, answer_question
from tickets.storms import feel, note_opening
from tickets.trust import Source, answers_known_mail, judge
from tickets.verdict import Verdict
from tickets.ways import domain_of
from tickets.words import Medium, Outcome, Trust
from tickets.work import OPENING

__all__ = ["ACKNOWLEDGEMENT_WINDOW", "Post", "receive"]

ACKNOWLEDGEMENT_WINDOW = timedelta(days=1)


def receive(desk: Desk, post: Post) -> Verdict:
    """File one mail: as a ticket, a comment, a duplicate, a signal, or set aside."""
    letter = post.letter
    if letter.report is not None:
        return note_report(desk, letter.report)
    author = post.author
    aside = set_aside(letter, author, desk.rules)
    if aside is not None or author is None:
        return aside or NO_AUTHOR
    refs = find_refs(desk, letter)
    copy = came_back(desk, letter, author, refs=refs) or _copy_of(desk, letter, refs)
    if copy is not None:
        return copy
    signed = find_signed(desk, letter, author, rcpt_tos=post.rcpt_tos)
    clues = gather(desk, letter, author, refs=refs, signed=signed)
    placed = climb(clues) or find_alike(desk, letter, author)
    done = hear_specialist(desk, post, author, placed=placed)
    asked = done or _obey(desk, post, author, placed=placed)
    if isinstance(asked, Verdict):
        return asked
    placed = asked or placed
    if placed is None:
        return AUTO_REPLY if replies(letter) else _begin(desk, post, author)
    source = Source(
        proven=signed is not None and signed.is_for(author),
        # Who is placed by the subject belongs there by other signs (tickets.alike).
        knows_an_id=answers_known_mail(desk, clues, placed)
        or placed.rule == SAME_SUBJECT,
    )
    return _continue(desk, post, author, placed=placed, source=source)


def _obey(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed | None
) -> Verdict | Placed | None:
    """Do what a mail says that is a command; None if it is for somebody to read."""
    answerable, letter = _is_answerable(desk, post), post.letter
    if placed is not None:
        left = leave_by_mail(desk, letter, author, placed=placed, answerable=answerable)
        if left is not None:
            return left
    return answer_question(desk, letter, author, placed=placed) if answerable else None


def _begin(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    """Open a ticket, unless the mail is part of a storm that has one."""
    gust = feel(desk, post.letter, author)
    if gust is not None and gust.parent is not None:
        return fold(desk, post, author, gust=gust, parent=gust.parent)
    verdict = _open(desk, post, author)
    if gust is not None and verdict.ticket_id is not None:
        note_opening(desk, gust, verdict.ticket_id)
    return verdict


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


def _open(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    work, letter = desk.work, post.letter
    people = _people(desk, post, author)
    answerable = _is_answerable(desk, post)
    too_many = answerable and _has_had_enough(desk, post)
    ticket, comment = open_ticket(
        desk,
        site=desk.rules.site_for(post.rcpt_tos),
        subject=letter.subject,
        people=_participants(people, answerable=answerable, too_many=too_many),
        draft=draft_of(desk, post, people[0], trust=Trust.PLAUSIBLE),
    )
    remember(work, letter, ticket.id, trust=comment.trust)
    if answerable and not too_many:
        _acknowledge(desk, post, ticket)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, comment)
    if letter.sealed:
        sealing.tell(desk, ticket, letter.sealed, asked=answerable and not too_many)
    told = post.mail_from if answerable and not too_many else None
    tell_of_files(desk, ticket, comment, left_out=letter.left_out, to=told)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=NEW,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _people(desk: Desk, post: Post, author: Mailbox) -> list[Contact]:
    """Return the author first, then the others of To and Cc who are not us."""
    return find_contacts(desk, [author, *others_of(desk, post.letter)])


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


def _is_answerable(desk: Desk, post: Post) -> bool:
    """Say whether a program may write to who wrote this (RFC 3834, 2)."""
    to = post.mail_from
    if not to or post.letter.automatic:
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
    sealed = post.letter.sealed is not None
    if sealed and notice != "accepted":
        notice = sealing.NOTICE
    if notice is None:
        return
    to = post.mail_from.lower()
    desk.work.deliver(
        Medium.MAIL,
        notice,
        target=to,
        lane=lanes.mail(ticket.number, to),
        budget=domain_of(to),
        priority=OPENING,
        facts={"sealed": True} if sealed else {},
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
    is_known = known is not None or contact.id in desk.books.departed(ticket.id)
    trust = judge(source, participant=is_known)
    draft = draft_of(desk, post, contact, trust=trust)
    ticket, comment = add_comment(work, ticket, draft)
    if trust is not Trust.UNPROVEN:
        ticket = _let_in(desk, post, ticket, contact=contact, known=known)
        if not post.letter.automatic and placed.rule != ASKED:
            tells = _is_answerable(desk, post)
            ticket = answered_by_partner(desk, ticket, contact, tells=tells)
    remember(work, post.letter, ticket.id, trust=trust)
    chat.show_comment(desk, ticket, comment)
    if post.letter.sealed:
        may_ask = trust is not Trust.UNPROVEN and _is_answerable(desk, post)
        asked = may_ask and sealing.ask(desk, ticket, email=post.mail_from.lower())
        sealing.tell(desk, ticket, post.letter.sealed, asked=asked)
    told = post.mail_from if _is_told_of_files(desk, post, trust) else None
    tell_of_files(desk, ticket, comment, left_out=post.letter.left_out, to=told)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=placed.rule,
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def _let_in(
    desk: Desk,
    post: Post,
    ticket: Ticket,
    *,
    contact: Contact,
    known: Participant | None,
) -> Ticket:
    """Return the ticket with a believed author on it, and those they name."""
    answerable = _is_answerable(desk, post)
    is_quiet = known is not None and known.quiet and answerable
    if known is not None and is_quiet and not _has_had_enough(desk, post):
        ticket = lift_quiet(desk.work, ticket, known)
    if replies(post.letter):
        return ticket
    if known is None:
        role = role_of(ticket, contact)
        ticket = add_participant(desk, ticket, contact, role=role, quiet=not answerable)
    return bring_along(desk, ticket, post)


def _is_told_of_files(desk: Desk, post: Post, trust: Trust) -> bool:
    """Say whether who wrote hears which files were not passed on."""
    believed = trust is not Trust.UNPROVEN
    return believed and _is_answerable(desk, post) and not _has_had_enough(desk, post)
