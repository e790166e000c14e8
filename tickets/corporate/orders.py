"""Corporate systems move, answer, give and open tickets."""

from __future__ import annotations

from tickets import chat
from tickets.answers import send_answer
from tickets.books import Participant
from tickets.comments import Draft, add_comment, body_hash
from tickets.corporate.commands import (
    AddComment,
    AssignTicket,
    CreateTicket,
    Origin,
    SetStage,
    Who,
)
from tickets.corporate.foreign import ForeignId, Kind, KnownSpecialist, Told
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.letter import Mailbox
from tickets.model import Contact, Site, Specialist, SpecialistId, System, Ticket
from tickets.notices import tell_participant
from tickets.opening import open_ticket
from tickets.people import find_contacts
from tickets.process import Reader, TransitionError
from tickets.staff import move_on
from tickets.stages import assign, confirm
from tickets.verdict import Verdict
from tickets.words import Channel, Outcome, Trust, Visibility
from tickets.work import OPENING


def set_stage(desk: Desk, origin: Origin, order: SetStage) -> Verdict:
    """Bring a ticket to a stage, or say that the one it awaits counts, or does not."""
    ticket = find_ticket(desk, order.ticket)
    if order.stage not in desk.rules.process.stages:
        known = ", ".join(desk.rules.process.stages)
        message = f"there is no stage {order.stage!r}; there are {known}"
        raise RefusedError("unknown-stage", message, ticket=ticket)
    if ticket.stage == order.stage and ticket.awaiting is None:
        return _done(ticket, "stage-already")
    try:
        confirm(desk, ticket, order.stage, actor=origin.actor, reason=order.reason)
    except TransitionError as error:
        raise RefusedError("stage-forbidden", str(error), ticket=ticket) from error
    return _done(ticket, "stage-set")


def comment(desk: Desk, origin: Origin, order: AddComment) -> Verdict:
    """Add what a specialist or the system says, and send it on if it is public."""
    ticket = find_ticket(desk, order.ticket)
    author: Specialist | System = System(name=origin.target)
    if order.author is not None:
        author = find_specialist(desk, origin, order.author, ticket=ticket)
    draft = Draft(
        author=author,
        text=order.text,
        channel=Channel.BUS,
        visibility=order.visibility,
        fingerprint=body_hash(order.text, ()),
    )
    ticket, added = add_comment(desk.work, ticket, draft)
    chat.show_comment(desk, ticket, added)
    if order.visibility is Visibility.PUBLIC:
        if isinstance(author, Specialist):
            ticket = move_on(desk, ticket, author)
        send_answer(desk, ticket, added)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule="answer" if order.visibility is Visibility.PUBLIC else "note",
        outcome_id=str(added.id),
        ticket_id=ticket.id,
    )


def give(desk: Desk, origin: Origin, order: AssignTicket) -> Verdict:
    """Give a ticket to a specialist."""
    ticket = find_ticket(desk, order.ticket)
    specialist = find_specialist(desk, origin, order.specialist, ticket=ticket)
    assign(desk, ticket, specialist, actor=origin.actor)
    return _done(ticket, "assigned")


def create(desk: Desk, origin: Origin, order: CreateTicket) -> Verdict:
    """Open a ticket for a person, who is told its number."""
    if desk.rules.is_own(order.email):
        raise RefusedError("own-address", f"{order.email} is the desk's own address")
    site = None if order.site is None else find_site(desk, order.site)
    [person] = find_contacts(desk, [Mailbox(address=order.email, name=order.name)])
    draft = Draft(
        author=person,
        text=order.text,
        channel=Channel.BUS,
        trust=Trust.PLAUSIBLE,
        fingerprint=body_hash(order.text, ()),
    )
    ticket, first = open_ticket(
        desk,
        site=site or desk.rules.site_of(person.organisation),
        subject=order.subject,
        people=[Participant(contact=person, role="requester")],
        draft=draft,
    )
    _tell_number(desk, ticket, person, actor=origin.actor)
    chat.refresh_card(desk, ticket, priority=OPENING)
    chat.show_comment(desk, ticket, first)
    return Verdict(
        outcome=Outcome.TICKET,
        rule="created",
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _tell_number(desk: Desk, ticket: Ticket, person: Contact, *, actor: str) -> None:
    notice = desk.rules.process.notice(ticket.stage, Reader.PARTNER)
    if notice is not None:
        one = Participant(contact=person, role="requester")
        tell_participant(desk, ticket, one, notice=notice, facts={"who": actor})


def find_ticket(desk: Desk, number: str) -> Ticket:
    ticket = desk.books.ticket_by_number(number)
    if ticket is None:
        raise RefusedError("unknown-ticket", f"there is no ticket {number}")
    return ticket


def find_site(desk: Desk, code: str) -> Site:
    for site in desk.rules.sites:
        if site.code == code:
            return site
    known = ", ".join(site.code for site in desk.rules.sites)
    raise RefusedError("unknown-site", f"there is no site {code!r}; there are {known}")


def find_specialist(
    desk: Desk, origin: Origin, who: Who, *, ticket: Ticket
) -> Specialist:
    """Return the member of staff who is named and still works here."""
    known = _named(desk, origin, who)
    if known is None or not known.active:
        message = "there is no such specialist, or they work here no more"
        raise RefusedError("unknown-specialist", message, ticket=ticket)
    return known.specialist


def _named(desk: Desk, origin: Origin, who: Who) -> KnownSpecialist | None:
    if who.telegram_id is not None:
        return desk.books.specialist_by_account(who.telegram_id)
    if who.id is not None:
        return desk.books.specialist_by_id(SpecialistId(who.id))
    foreign = ForeignId(
        source=origin.source, kind=Kind.SPECIALIST, id=who.external_id or ""
    )
    told = desk.books.told(foreign)
    return None if told is None else _by_row(desk, told)


def _by_row(desk: Desk, told: Told) -> KnownSpecialist | None:
    return desk.books.specialist_by_id(SpecialistId(told.row))


def _done(ticket: Ticket, rule: str) -> Verdict:
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=rule,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )
