"""The corporate systems are asked whether a stage counts, and have a time to answer."""

from __future__ import annotations

from datetime import datetime

from tickets import chat
from tickets.desk import Desk
from tickets.model import Json, Ticket
from tickets.words import EventType

#: The kind of the timer that ends their time; its subject is the ticket's number.
DEADLINE = "confirmation"


def ask(desk: Desk, ticket: Ticket, stage: str, *, actor: str) -> Ticket:
    """Return the ticket awaiting ``stage``; TransitionError if the process forbids it.

    The event is the question. The answer is a command of the bus: to set the stage,
    or another.
    """
    desk.rules.process.check(ticket.stage, stage)
    if ticket.awaiting == stage:
        return ticket
    due = desk.work.now + desk.rules.process.confirmed[stage]
    after = _await(desk, ticket, stage, actor=actor, due=due)
    desk.work.timers[DEADLINE, ticket.number] = due
    return after


def take_back(
    desk: Desk, ticket: Ticket, *, actor: str, reason: str | None = None
) -> Ticket:
    """Return the ticket awaiting nothing: it stays in its stage."""
    forget_deadline(desk, ticket)
    return _await(desk, ticket, None, actor=actor, reason=reason)


def decline(
    desk: Desk, ticket: Ticket, *, actor: str, reason: str | None = None
) -> Ticket:
    """Return the ticket in its stage, the specialists told that it stays there."""
    after = take_back(desk, ticket, actor=actor, reason=reason)
    facts: Json = {"stage": ticket.awaiting, "reason": reason or ""}
    chat.tell_topic(desk, after, "not-confirmed", facts=facts)
    return after


def forget_deadline(desk: Desk, ticket: Ticket) -> None:
    """Let the timer of what the ticket awaited not ring."""
    desk.work.timers[DEADLINE, ticket.number] = None


def escalate(desk: Desk, number: str) -> None:
    """Tell the bus and the specialists that a confirmation is late."""
    ticket = desk.books.ticket_by_number(number)
    if ticket is None or ticket.awaiting is None:
        return
    after = desk.work.change(
        ticket,
        EventType.ESCALATED,
        actor="system",
        data={"why": "not-confirmed", "awaiting": ticket.awaiting},
    )
    facts: Json = {"stage": ticket.awaiting}
    chat.tell_topic(desk, after, "confirmation-late", facts=facts)


def _await(
    desk: Desk,
    ticket: Ticket,
    stage: str | None,
    *,
    actor: str,
    due: datetime | None = None,
    reason: str | None = None,
) -> Ticket:
    data: Json = {"awaiting": stage}
    if due is not None:
        data["due"] = due.isoformat()
    content: Json = {} if reason is None else {"reason": reason}
    after = desk.work.change(
        ticket,
        EventType.DETAILS_CHANGED,
        actor=actor,
        data=data,
        content=content,
        awaiting=stage,
    )
    chat.refresh_card(desk, after)
    return after
