"""A ticket moves through its process, each step with its event and its card."""

from __future__ import annotations

from typing import Any

from tickets import chat, process
from tickets.corporate.confirming import ask, decline, forget_deadline, take_back
from tickets.desk import Desk
from tickets.model import Contact, Specialist, Ticket
from tickets.notices import tell
from tickets.words import EventType


def to_stage(
    desk: Desk, ticket: Ticket, stage: str, *, actor: str, tells: bool = True
) -> Ticket:
    """Return the ticket in ``stage``; TransitionError if the process forbids it.

    Where the process wants the stage confirmed, the ticket awaits it and stays as it
    is. ``tells`` is False where what goes out anyway says the same.
    """
    if ticket.stage == stage:
        return ticket
    if stage in desk.rules.process.confirmed:
        return ask(desk, ticket, stage, actor=actor)
    return _enter(desk, ticket, stage, actor=actor, tells=tells)


def confirm(
    desk: Desk, ticket: Ticket, stage: str, *, actor: str, reason: str | None = None
) -> Ticket:
    """Return the ticket in ``stage``: the corporate systems say that it counts.

    With the stage that the ticket has already they decline what it awaits, for a
    ``reason``. TransitionError if the process forbids it.
    """
    if ticket.stage != stage:
        return _enter(desk, ticket, stage, actor=actor)
    if ticket.awaiting is not None:
        return decline(desk, ticket, actor=actor, reason=reason)
    return ticket


def _enter(
    desk: Desk, ticket: Ticket, stage: str, *, actor: str, tells: bool = True
) -> Ticket:
    if stage == process.CLOSED:
        return _close(desk, ticket, actor=actor)
    if ticket.stage in process.ENDED and stage not in process.ENDED:
        return _reopen(desk, ticket, stage, actor=actor, tells=tells)
    return _step(
        desk,
        ticket,
        stage,
        type_=EventType.STAGE_CHANGED,
        actor=actor,
        tells=tells,
        resolved_at=desk.work.now if stage == process.RESOLVED else None,
        closed_at=None,
    )


def to_stage_if_allowed(
    desk: Desk, ticket: Ticket, stage: str, *, actor: str, tells: bool = True
) -> Ticket:
    """Return the ticket in ``stage``, or as it is if the process has no such way.

    For the steps the desk takes by itself: no message is lost over one of them.
    """
    if not desk.rules.process.allows(ticket.stage, stage):
        return ticket
    return to_stage(desk, ticket, stage, actor=actor, tells=tells)


def _close(desk: Desk, ticket: Ticket, *, actor: str) -> Ticket:
    return _step(
        desk,
        ticket,
        process.CLOSED,
        type_=EventType.CLOSED,
        actor=actor,
        resolved_at=ticket.resolved_at or desk.work.now,
        closed_at=desk.work.now,
    )


def _reopen(
    desk: Desk, ticket: Ticket, stage: str, *, actor: str, tells: bool
) -> Ticket:
    """Return the ticket worked on again; its end times are forgotten."""
    return _step(
        desk,
        ticket,
        stage,
        type_=EventType.REOPENED,
        actor=actor,
        tells=tells,
        resolved_at=None,
        closed_at=None,
    )


def _step(
    desk: Desk,
    ticket: Ticket,
    stage: str,
    *,
    type_: EventType,
    actor: str,
    tells: bool = True,
    **fields: Any,
) -> Ticket:
    desk.rules.process.check(ticket.stage, stage)
    after = desk.work.change(
        ticket,
        type_,
        actor=actor,
        data={"from": ticket.stage, "to": stage},
        stage=stage,
        awaiting=None,
        **fields,
    )
    if ticket.awaiting is not None:
        forget_deadline(desk, ticket)
    chat.refresh_card(desk, after)
    if tells:
        came_to = process.REOPENED if type_ is EventType.REOPENED else stage
        tell(desk, after, came_to, actor=actor)
    return after


def assign(
    desk: Desk,
    ticket: Ticket,
    specialist: Specialist,
    *,
    actor: str,
    tells: bool = True,
) -> Ticket:
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
        if tells:
            tell(desk, ticket, process.ASSIGNED, actor=actor)
    if ticket.stage == process.NEW:
        ticket = to_stage_if_allowed(
            desk, ticket, process.ASSIGNED, actor=actor, tells=False
        )
    return ticket


def answered_by_partner(
    desk: Desk, ticket: Ticket, contact: Contact, *, tells: bool = True
) -> Ticket:
    """Move the ticket on after the partner's word: resume or reopen it.

    What it was to be confirmed in is asked no more.
    """
    actor = f"contact:{contact.id}"
    if ticket.awaiting is not None:
        ticket = take_back(desk, ticket, actor=actor)
    if ticket.stage not in {*process.ENDED, process.WAITING}:
        return ticket
    return to_stage_if_allowed(
        desk, ticket, process.IN_PROGRESS, actor=actor, tells=tells
    )
