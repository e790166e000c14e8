"""A command of a corporate system is done, or refused with the reason."""

from __future__ import annotations

from typing import assert_never

from tickets.corporate import orders
from tickets.corporate.commands import (
    AddComment,
    Asked,
    AssignTicket,
    Command,
    CreateTicket,
    NotACommand,
    OwnEvent,
    SetStage,
    UpsertContact,
    UpsertPartner,
    UpsertSpecialist,
)
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.directory.contacts import take_contact
from tickets.directory.partners import take_partner
from tickets.directory.staff import take_specialist
from tickets.verdict import Verdict
from tickets.words import Outcome
from tickets.work import Refusal


def hear(desk: Desk, came: Asked) -> Verdict:
    """Return what a message of the bus became."""
    match came:
        case Command():
            return obey(desk, came)
        case OwnEvent():
            return Verdict(outcome=Outcome.IGNORED, rule="own-event")
        case NotACommand():
            return Verdict(outcome=Outcome.PARKED, rule=f"no-command: {came.reason}")
        case _:
            assert_never(came)


def obey(desk: Desk, command: Command) -> Verdict:
    """Return what a command became; whoever sent it is told if it is refused.

    An order is refused before it changes anything.
    """
    desk.work.cause = command.origin.id
    try:
        return _obey(desk, command)
    except RefusedError as refused:
        ticket = refused.ticket
        refusal = Refusal(
            origin=command.origin,
            reason=refused.reason,
            message=str(refused),
            ticket=ticket.number if ticket else None,
        )
        desk.work.refusals.append(refusal)
        return Verdict(
            outcome=Outcome.IGNORED,
            rule=f"refused: {refused.reason}",
            ticket_id=ticket.id if ticket else None,
        )


def _obey(desk: Desk, command: Command) -> Verdict:  # noqa: PLR0911 # a case each
    origin, order = command.origin, command.order
    match order:
        case UpsertPartner():
            return take_partner(desk, origin, order)
        case UpsertContact():
            return take_contact(desk, origin, order)
        case UpsertSpecialist():
            return take_specialist(desk, origin, order)
        case SetStage():
            return orders.set_stage(desk, origin, order)
        case AddComment():
            return orders.comment(desk, origin, order)
        case AssignTicket():
            return orders.give(desk, origin, order)
        case CreateTicket():
            return orders.create(desk, origin, order)
        case _:
            assert_never(order)
