"""A mail arrives: which ticket it belongs to and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tickets import chat, lanes, process
from tickets.books import Participant
from tickets.comments import Draft, add_comment, body_hash, person, store_files
from tickets.desk import Desk
from tickets.ladder import (
    KNOWN_ID,
    NEW,
    OWN_ID,
    Clues,
    Placed,
    Ref,
    climb,
    tag_of,
)
from tickets.letter import Letter, Mailbox
from tickets.model import ArrivalId, Contact, Ticket, TicketId
from tickets.people import find_contacts
from tickets.stages import answered_by_partner
from tickets.verdict import Verdict
from tickets.words import Channel, EventType, Medium, Outcome, Priority, Trust
from tickets.work import OPENING, NewParticipant, Work

ACKNOWLEDGEMENT_WINDOW = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A mail with its SMTP envelope, read."""

    letter: Letter
    mail_from: str
    rcpt_tos: tuple[str, ...]
    channel: Channel = Channel.SMTP

    @property
    def author(self) -> Mailbox | None:
        """Who wrote it: From, else the return path."""
        if self.letter.author is not None:
            return self.letter.author
        return Mailbox(address=self.mail_from) if self.mail_from else None


def receive(desk: Desk, post: Post) -> Verdict:
    """File one mail: as a ticket, a comment, a duplicate, a signal, or set aside."""
    letter = post.letter
    author = post.author
    if author is None:
        return Verdict(outcome=Outcome.PARKED, rule="no-author")
    if letter.own_ticket is not None and desk.rules.is_own(author.address):
        return Verdict(outcome=Outcome.SIGNAL, rule="own-mail-came-back")
    if letter.bounce or (not post.mail_from and letter.automatic):
        return Verdict(outcome=Outcome.SIGNAL, rule="delivery-report")
    refs = _refs(desk, letter)
    copy = _copy_of(desk, letter, refs)
    if copy is not None:
        return copy
    signed = _signed_ticket(desk, post, author)
    tagged = _tagged(desk, letter.subject, author)
    placed = climb(_clues(letter, refs, signed=signed, tagged=tagged))
    if placed is None:
        return _open(desk, post, author)
    return _continue(
        desk, post, author, placed=placed, proven=_is_author(signed, author)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signed:
    """A valid signed reply address: the ticket, and whom it was made for."""

    ticket_id: TicketId
    recipient: str


def _is_author(signed: _Signed | None, author: Mailbox) -> bool:
    return signed is not None and signed.recipient == author.address.lower()


def _refs(desk: Desk, letter: Letter) -> dict[str, Ref]:
    ids = {*letter.references, *letter.in_reply_to}
    if letter.message_id:
        ids.add(letter.message_id)
    return desk.books.refs(sorted(ids)) if ids else {}


def _copy_of(desk: Desk, letter: Letter, refs: dict[str, Ref]) -> Verdict | None:
    """Return the verdict on a mail that already had its effect."""
    ref = refs.get(letter.message_id or "")
    if ref is None or not ref.seen or ref.arrival_id in {None, desk.work.arrival}:
        return None
    first = desk.books.comment_by_arrival(ArrivalId(ref.arrival_id or 0))
    if first is None or first[1] != body_hash(letter.text, letter.files):
        return None
    return Verdict(
        outcome=Outcome.DUPLICATE,
        rule="same-message-id-and-body",
        outcome_id=str(first[0].id),
        ticket_id=first[0].ticket_id,
    )


def _signed_ticket(desk: Desk, post: Post, author: Mailbox) -> _Signed | None:
    addresses = [*post.rcpt_tos, *(box.address for box in post.letter.to)]
    for address in addresses:
        said = desk.rules.signer.read(address)
        if said is None:
            continue
        ticket = desk.books.ticket_by_number(said.number)
        if ticket is None:
            continue
        for email in _candidates(desk.books.participants(ticket.id), author):
            if desk.rules.signer.proves(said.token, said.number, email):
                return _Signed(ticket_id=ticket.id, recipient=email)
    return None


def _candidates(people: tuple[Participant, ...], author: Mailbox) -> list[str]:
    known = [one.contact.email for one in people if one.contact.email]
    return [author.address.lower(), *known]


def _clues(
    letter: Letter,
    refs: dict[str, Ref],
    *,
    signed: _Signed | None,
    tagged: TicketId | None,
) -> Clues:
    nearest_first = [*letter.in_reply_to, *reversed(letter.references)]
    return Clues(
        signed=signed.ticket_id if signed else None,
        parents=tuple(refs[one] for one in nearest_first if one in refs),
        self_ref=refs.get(letter.message_id or ""),
        tagged=tagged,
    )


def _tagged(desk: Desk, subject: str, author: Mailbox) -> TicketId | None:
    """Return the tag's ticket for its participants and their organisation."""
    number = tag_of(subject)
    ticket = desk.books.ticket_by_number(number) if number else None
    if ticket is None:
        return None
    email = author.address.lower()
    people = desk.books.participants(ticket.id)
    if any(one.contact.email == email for one in people):
        return ticket.id
    domain = email.rpartition("@")[2]
    partner = desk.books.organisations([domain]).get(domain)
    same = partner is not None and partner == ticket.organisation
    return ticket.id if same else None


def _open(desk: Desk, post: Post, author: Mailbox) -> Verdict:
    work, rules, letter = desk.work, desk.rules, post.letter
    site = rules.site_for(post.rcpt_tos)
    people = _people(desk, post, author)
    requester = people[0]
    number = desk.books.next_number(site.code)
    ticket = Ticket(
        id=TicketId(work.ids.row("ticket")),
        number=number,
        version=1,
        site=site.code,
        organisation=requester.organisation,
        requester=requester,
        subject=letter.subject,
        process=rules.process.name,
        stage=process.NEW,
        awaiting=None,
        priority=Priority.NORMAL,
        assignee=None,
        opened_at=work.now,
    )
    ticket = _record_opening(work, ticket, people)
    ticket, comment = add_comment(
        work, ticket, _draft(work, post, requester, trust=Trust.PLAUSIBLE)
    )
    _remember(work, letter, ticket.id)
    _acknowledge(desk, post, ticket)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.TICKET,
        rule=NEW,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _record_opening(work: Work, ticket: Ticket, people: list[Contact]) -> Ticket:
    partner = ticket.organisation
    work.opened[ticket.id] = ticket
    work.record(
        ticket.stream,
        1,
        EventType.OPENED,
        actor=f"contact:{ticket.requester.id}",
        data={
            "number": ticket.number,
            "site": ticket.site,
            "organisation": partner.id if partner else None,
            "requester": ticket.requester.id,
            "process": ticket.process,
            "stage": ticket.stage,
            "priority": ticket.priority,
        },
        content={
            "subject": ticket.subject,
            "requester_name": ticket.requester.name,
            "requester_email": ticket.requester.email,
            "organisation_name": partner.name if partner else None,
        },
    )
    for contact in people:
        role = "requester" if contact is people[0] else "cc"
        ticket = _add_participant(work, ticket, contact, role=role)
    return ticket


def _add_participant(
    work: Work, ticket: Ticket, contact: Contact, *, role: str
) -> Ticket:
    work.participants.append(
        NewParticipant(ticket_id=ticket.id, contact_id=contact.id, role=role)
    )
    return work.change(
        ticket,
        EventType.PARTICIPANT_ADDED,
        actor=f"contact:{contact.id}",
        data={"contact": contact.id, "role": role},
        content={"person": person(contact)},
    )


def _people(desk: Desk, post: Post, author: Mailbox) -> list[Contact]:
    """Return the author first, then the others of To and Cc who are not us."""
    boxes = [author]
    boxes.extend(
        box
        for box in (*post.letter.to, *post.letter.cc)
        if "@" in box.address and not desk.rules.is_own(box.address)
    )
    limit = desk.rules.participants_a_mail
    return find_contacts(desk, boxes[:limit])


def _draft(work: Work, post: Post, author: Contact, *, trust: Trust) -> Draft:
    letter = post.letter
    return Draft(
        author=author,
        text=letter.text,
        html=letter.html,
        channel=post.channel,
        trust=trust,
        attachments=store_files(work, letter.files),
        fingerprint=body_hash(letter.text, letter.files),
        message_id=letter.message_id,
        thread=" ".join(letter.references),
    )


def _remember(work: Work, letter: Letter, ticket_id: TicketId) -> None:
    """Let every id of the conversation lead to its ticket from now on."""
    work.message_id = letter.message_id
    for one in (letter.message_id, *letter.in_reply_to, *letter.references):
        if one:
            work.refs[one] = ticket_id


def _acknowledge(desk: Desk, post: Post, ticket: Ticket) -> None:
    """Queue the mail with the number, to the return path (RFC 3834, 4)."""
    to = post.mail_from.lower()
    if not to or post.letter.automatic or desk.rules.is_own(to):
        return
    since = desk.work.now - ACKNOWLEDGEMENT_WINDOW
    if desk.books.acknowledged_since(to, since) >= desk.rules.acknowledgements_a_day:
        return
    desk.work.deliver(
        Medium.MAIL,
        "accepted",
        target=to,
        lane=lanes.mail(ticket.number, to),
        priority=OPENING,
        facts={},
        ticket_id=ticket.id,
    )


def _continue(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed, proven: bool
) -> Verdict:
    work = desk.work
    ticket = desk.books.ticket(placed.ticket_id)
    contact = find_contacts(desk, [author])[0]
    people = desk.books.participants(ticket.id)
    is_known = any(one.contact.id == contact.id for one in people)
    trust = judge(placed.rule, proven=proven, participant=is_known)
    draft = _draft(work, post, contact, trust=trust)
    ticket, comment = add_comment(work, ticket, draft)
    if trust is not Trust.UNPROVEN:
        if not is_known:
            ticket = _add_participant(work, ticket, contact, role="cc")
        if not post.letter.automatic:
            ticket = answered_by_partner(desk, ticket, contact)
    _remember(work, post.letter, ticket.id)
    chat.show_comment(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=placed.rule,
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def judge(rule: str, *, proven: bool, participant: bool) -> Trust:
    """Say how far the author of a comment is believed to be who they say."""
    if proven:
        return Trust.PROVEN
    if participant or rule in {OWN_ID, KNOWN_ID}:
        return Trust.PLAUSIBLE
    return Trust.UNPROVEN
