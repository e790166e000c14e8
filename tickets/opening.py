"""A ticket is opened, whichever way its first message came."""

from __future__ import annotations

from collections.abc import Sequence

from tickets import process
from tickets.books import Participant
from tickets.comments import Draft, add_comment
from tickets.desk import Desk
from tickets.model import Comment, Site, Ticket, TicketId
from tickets.people import add_participant
from tickets.words import EventType, Priority
from tickets.work import Work


def open_ticket(
    desk: Desk, *, site: Site, subject: str, people: Sequence[Participant], draft: Draft
) -> tuple[Ticket, Comment]:
    """Return the new ticket and its first comment; the requester leads ``people``."""
    work, requester = desk.work, people[0].contact
    number = desk.books.next_number(site.code)
    ticket = Ticket(
        id=TicketId(work.ids.row("ticket")),
        number=number,
        version=1,
        site=site.code,
        organisation=requester.organisation,
        requester=requester,
        subject=subject,
        process=desk.rules.process.name,
        stage=process.NEW,
        awaiting=None,
        priority=Priority.NORMAL,
        assignee=None,
        opened_at=work.now,
    )
    ticket = _record_opening(work, ticket)
    for one in people:
        ticket = add_participant(
            desk, ticket, one.contact, role=one.role, quiet=one.quiet
        )
    return add_comment(work, ticket, draft)


def _record_opening(work: Work, ticket: Ticket) -> Ticket:
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
    return ticket
