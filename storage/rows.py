"""How rows become the model; the one place of that mapping."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from storage.schema import table
from tickets.model import (
    Attachment,
    Author,
    Comment,
    CommentId,
    Contact,
    ContactId,
    Organisation,
    Specialist,
    SpecialistId,
    Ticket,
    TicketId,
)
from tickets.words import Channel, FileState, Priority, Remark, Role, Trust, Visibility

TICKET = table("ticket")
ORGANISATION = table("organisation")
CONTACT = table("contact")
ADDRESS = table("address")
SPECIALIST = table("specialist")
COMMENT = table("comment")
REVISION = table("revision")
ATTACHMENT = table("attachment")


def email_of(contact_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the query for a contact's first e-mail address."""
    own = ADDRESS.alias("own")
    return (
        select(own.c.value)
        .where(own.c.contact_id == contact_id, own.c.kind == "email")
        .order_by(own.c.id)
        .limit(1)
        .scalar_subquery()
    )


def telegram_of(contact_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the query for a contact's Telegram account."""
    own = ADDRESS.alias("account")
    return (
        select(own.c.value)
        .where(own.c.contact_id == contact_id, own.c.kind == "telegram")
        .order_by(own.c.id)
        .limit(1)
        .scalar_subquery()
    )


def contacts() -> Select[Any]:
    """Select contacts with their organisation and addresses."""
    return select(
        CONTACT.c.id.label("contact_id"),
        CONTACT.c.name.label("contact_name"),
        CONTACT.c.language.label("contact_language"),
        CONTACT.c.blocked.label("contact_blocked"),
        email_of(CONTACT.c.id).label("email"),
        telegram_of(CONTACT.c.id).label("telegram"),
        ORGANISATION.c.id.label("organisation_id"),
        ORGANISATION.c.name.label("organisation_name"),
        ORGANISATION.c.site.label("organisation_site"),
        ORGANISATION.c.blocked.label("organisation_blocked"),
    ).select_from(
        CONTACT.outerjoin(ORGANISATION, CONTACT.c.organisation_id == ORGANISATION.c.id)
    )


def to_contact(row: Any) -> Contact:
    return Contact(
        id=ContactId(row.contact_id),
        name=row.contact_name,
        email=row.email,
        organisation=to_organisation(row),
        language=row.contact_language,
        telegram=_number(row.telegram),
        blocked=row.contact_blocked,
    )


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)


def to_organisation(row: Any) -> Organisation | None:
    if row.organisation_id is None:
        return None
    return Organisation(
        id=row.organisation_id,
        name=row.organisation_name,
        site=row.organisation_site,
        blocked=row.organisation_blocked,
    )


def to_specialist(row: Any) -> Specialist:
    """Read a row of the specialist table."""
    return Specialist(
        id=SpecialistId(row.id),
        name=row.name,
        telegram_id=row.telegram_id,
        site=row.site,
        role=Role(row.role),
        language=row.language,
        email=row.email,
    )


def tickets() -> Select[Any]:
    """Select tickets with the people and the organisation they name."""
    requester_organisation = ORGANISATION.alias("requester_organisation")
    return select(
        *(column.label(f"ticket_{column.name}") for column in TICKET.c),
        CONTACT.c.id.label("contact_id"),
        CONTACT.c.name.label("contact_name"),
        CONTACT.c.language.label("contact_language"),
        CONTACT.c.blocked.label("contact_blocked"),
        email_of(CONTACT.c.id).label("email"),
        telegram_of(CONTACT.c.id).label("telegram"),
        ORGANISATION.c.id.label("organisation_id"),
        ORGANISATION.c.name.label("organisation_name"),
        ORGANISATION.c.site.label("organisation_site"),
        ORGANISATION.c.blocked.label("organisation_blocked"),
        requester_organisation.c.id.label("requester_organisation_id"),
        requester_organisation.c.name.label("requester_organisation_name"),
        requester_organisation.c.site.label("requester_organisation_site"),
        requester_organisation.c.blocked.label("requester_organisation_blocked"),
        *(column.label(f"assignee_{column.name}") for column in SPECIALIST.c),
    ).select_from(
        TICKET.join(CONTACT, TICKET.c.requester_id == CONTACT.c.id)
        .outerjoin(ORGANISATION, TICKET.c.organisation_id == ORGANISATION.c.id)
        .outerjoin(
            requester_organisation,
            CONTACT.c.organisation_id == requester_organisation.c.id,
        )
        .outerjoin(SPECIALIST, TICKET.c.assignee_id == SPECIALIST.c.id)
    )


def to_ticket(row: Any) -> Ticket:
    return Ticket(
        id=TicketId(row.ticket_id),
        number=row.ticket_number,
        version=row.ticket_version,
        site=row.ticket_site,
        organisation=to_organisation(row),
        requester=_requester(row),
        subject=row.ticket_subject,
        process=row.ticket_process,
        stage=row.ticket_stage,
        awaiting=row.ticket_awaiting,
        priority=Priority(row.ticket_priority),
        assignee=_assignee(row),
        opened_at=row.ticket_opened_at,
        first_answer_at=row.ticket_first_answer_at,
        resolved_at=row.ticket_resolved_at,
        closed_at=row.ticket_closed_at,
        merged_into=row.ticket_merged_into,
    )


def _requester(row: Any) -> Contact:
    organisation = None
    if row.requester_organisation_id is not None:
        organisation = Organisation(
            id=row.requester_organisation_id,
            name=row.requester_organisation_name,
            site=row.requester_organisation_site,
            blocked=row.requester_organisation_blocked,
        )
    return Contact(
        id=ContactId(row.contact_id),
        name=row.contact_name,
        email=row.email,
        organisation=organisation,
        language=row.contact_language,
        telegram=_number(row.telegram),
        blocked=row.contact_blocked,
    )


def _assignee(row: Any) -> Specialist | None:
    if row.assignee_id is None:
        return None
    return Specialist(
        id=SpecialistId(row.assignee_id),
        name=row.assignee_name,
        telegram_id=row.assignee_telegram_id,
        site=row.assignee_site,
        role=Role(row.assignee_role),
        language=row.assignee_language,
        email=row.assignee_email,
    )


def to_comment(row: Any, author: Author, files: tuple[Attachment, ...]) -> Comment:
    """Read a comment with the text of its newest revision."""
    return Comment(
        id=CommentId(row.id),
        public_id=row.public_id,
        ticket_id=TicketId(row.ticket_id),
        author=author,
        visibility=Visibility(row.visibility),
        trust=Trust(row.trust),
        channel=Channel(row.channel),
        at=row.at,
        text=row.text,
        html=row.html,
        message_id=row.message_id,
        attachments=files,
        verdict=row.verdict,
    )


def to_attachment(row: Any) -> Attachment:
    return Attachment(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        state=FileState(row.state),
        content_id=row.content_id,
        remote_id=row.remote_id,
        scan=row.scan,
        remarks=tuple(map(Remark, row.remarks or ())),
    )


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    """Return the columns of a ticket."""
    return {
        "id": ticket.id,
        "number": ticket.number,
        "stream": ticket.stream,
        "version": ticket.version,
        "site": ticket.site,
        "organisation_id": ticket.organisation.id if ticket.organisation else None,
        "requester_id": ticket.requester.id,
        "subject": ticket.subject,
        "process": ticket.process,
        "stage": ticket.stage,
        "awaiting": ticket.awaiting,
        "priority": ticket.priority,
        "assignee_id": ticket.assignee.id if ticket.assignee else None,
        "opened_at": ticket.opened_at,
        "first_answer_at": ticket.first_answer_at,
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "merged_into": ticket.merged_into,
    }
