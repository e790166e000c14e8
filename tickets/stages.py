"""A ticket moves through its process, each step with its event and its card."""

from __future__ import annotations

from tickets import chat, process
from tickets.desk import Desk
from tickets.model import Contact, Specialist, Ticket
from tickets.words import EventType


def to_stage(desk: Desk, ticket: Ticket, stage: str, *, actor: str) -> Ticket:
    """Return the ticket in ``stage``; TransitionError if the process forbids it."""
    if ticket.stage == stage:
        return ticket
    desk.rules.process.check(ticket.stage, stage)
    resolved = desk.work.now if stage == process.RESOLVED else ticket.resolved_at
    after = desk.work.change(
        ticket,
        EventType.STAGE_CHANGED,
        actor=actor,
        data={"from": ticket.stage, "to": stage},
        stage=stage,
        resolved_at=resolved,
    )
    chat.refresh_card(desk, after)
    return after


def close(desk: Desk, ticket: Ticket, *, actor: str) -> Ticket:
    """Return the ticket closed; TransitionError if the process forbids it."""
    desk.rules.process.check(ticket.stage, process.CLOSED)
    after = desk.work.change(
        ticket,
        EventType.CLOSED,
        actor=actor,
        data={"from": ticket.stage, "to": process.CLOSED},
        stage=process.CLOSED,
        resolved_at=ticket.resolved_at or desk.work.now,
        closed_at=desk.work.now,
    )
    chat.refresh_card(desk, after)
    return after


def reopen(desk: Desk, ticket: Ticket, *, actor: str) -> Ticket:
    """Return the ticket in progress again; its end times are forgotten."""
    desk.rules.process.check(ticket.stage, process.IN_PROGRESS)
    after = desk.work.change(
        ticket,
        EventType.REOPENED,
        actor=actor,
        data={"from": ticket.stage, "to": process.IN_PROGRESS},
        stage=process.IN_PROGRESS,
        resolved_at=None,
        closed_at=None,
    )
    chat.refresh_card(desk, after)
    return after


def assign(desk: Desk, ticket: Ticket, specialist: Specialist, *, actor: str) -> Ticket:
    """Return the ticket in the specialist's hands, out of stage new at least."""
    if ticket.assignee is None or ticket.assignee.id != specialist.id:
        before = ticket.assignee.id if ticket.assignee else None
        ticket = desk.work.change(
            ticket,
            EventType.ASSIGNED,
            actor=actor,
            data={"from": before, "to": specialist.id},
            content={"name": specialist.name},
            assignee=specialist,
        )
        chat.refresh_card(desk, ticket)
    if ticket.stage == process.NEW:
        ticket = to_stage(desk, ticket, process.ASSIGNED, actor=actor)
    return ticket


def answered_by_partner(desk: Desk, ticket: Ticket, contact: Contact) -> Ticket:
    """Move the ticket on after the partner's word: resume or reopen it."""
    actor = f"contact:{contact.id}"
    if ticket.stage in {process.CLOSED, process.RESOLVED}:
        return reopen(desk, ticket, actor=actor)
    if ticket.stage == process.WAITING:
        return to_stage(desk, ticket, process.IN_PROGRESS, actor=actor)
    return ticket
