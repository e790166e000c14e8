"""People are told what happened to a ticket, as its process says."""

from __future__ import annotations

import re
from datetime import timedelta

from tickets import chat, process
from tickets.books import Participant
from tickets.desk import Desk
from tickets.model import Json, Ticket
from tickets.process import Reader
from tickets.talk import Person
from tickets.ways import find_way, mail_notice
from tickets.work import CARD

#: Nobody reads what is sent there; to most of them no program may write (RFC 3834, 2).
_MACHINES = frozenset(
    {"mailerdaemon", "noreply", "donotreply", "nobody", "listserv", "majordomo"}
)
LOOP_WINDOW = timedelta(hours=1)
_OF_LISTS = re.compile(r"owner-.*|.*-(?:owner|request|bounces?)")


def tell(desk: Desk, ticket: Ticket, stage: str, *, actor: str) -> None:
    """Queue what the process has people told of when a ticket comes to ``stage``."""
    told = desk.rules.process.told.get(stage, {})
    if notice := told.get(Reader.PARTNER):
        who = _assignee(ticket) if stage == process.ASSIGNED else actor
        facts: Json = {"who": who, "stage": ticket.stage}
        for one in desk.books.participants(ticket.id):
            tell_participant(desk, ticket, one, notice=notice, facts=facts)
    if notice := told.get(Reader.ASSIGNEE):
        tell_assignee(desk, ticket, notice, actor=actor)


def tell_participant(
    desk: Desk, ticket: Ticket, one: Participant, *, notice: str, facts: Json
) -> None:
    """Queue a notice for one of the partner's people, by the way they are reached.

    ``facts["who"]`` is who did it, as actors are written; ``facts["stage"]`` where
    the ticket came to.
    """
    way = None if one.quiet else find_way(desk, ticket.id, one.contact)
    if isinstance(way, Person):
        said: Json = {
            "assignee": ticket.assignee.name if ticket.assignee else "",
            "stage": ticket.stage,
        }
        chat.tell_person(desk.work, way, notice, ticket=ticket, facts=said)
    elif way is not None and not is_machine(way):
        mail_sparingly(desk, ticket, notice, email=way, facts=facts)


def mail_sparingly(
    desk: Desk, ticket: Ticket, notice: str, *, email: str, facts: Json
) -> None:
    """Queue a mail, unless so many went there that a program may be answering them.

    The specialists are told with the last one: only they know whether it is a loop.
    """
    since = desk.work.now - LOOP_WINDOW
    before = desk.books.notices_since(ticket.id, email, since=since)
    most = desk.rules.notices_an_hour
    if before < most:
        mail_notice(desk.work, ticket, notice, email=email, priority=CARD, facts=facts)
    if before + 1 == most:
        chat.tell_topic(desk, ticket, "many-notices", facts={"recipient": email})


def tell_assignee(desk: Desk, ticket: Ticket, notice: str, *, actor: str) -> None:
    """Queue a line that calls the assignee, unless they did it themself."""
    assignee = ticket.assignee
    if assignee is None or actor == _assignee(ticket):
        return
    facts: Json = {
        "assignee": assignee.name,
        "mention": assignee.telegram_id,
        "stage": ticket.stage,
    }
    chat.tell_topic(desk, ticket, notice, facts=facts)


def is_machine(email: str) -> bool:
    """Say whether an address tells by its name that no person reads it."""
    local = email.rpartition("@")[0].lower()
    return re.sub(r"[-_.]", "", local) in _MACHINES or bool(_OF_LISTS.fullmatch(local))


def _assignee(ticket: Ticket) -> str:
    return f"specialist:{ticket.assignee.id}" if ticket.assignee else ""
