"""What is told to who asked how tickets stand."""

from __future__ import annotations

from storage.books import SqlBooks
from storage.deliveries import Due
from tickets.outgoing import StatusNotice
from tickets.rules import Rules


def notice(due: Due, rules: Rules, *, books: SqlBooks) -> StatusNotice:
    """Return the notice of a delivery, in the language of who asked."""
    ticket = books.ticket(due.ticket_id) if due.ticket_id is not None else None
    contact = books.contacts([due.target]).get(due.target)
    own = contact.language if contact else None
    asked_by = due.facts["in_reply_to"]
    before = tuple(due.facts["references"])
    return StatusNotice(
        delivery=due.id,
        kind=due.kind,
        recipient=due.target,
        language=rules.language_for(own, ticket.site) if ticket else rules.language,
        asked=due.facts["asked"],
        tickets=tuple(due.facts["tickets"]),
        ticket=ticket,
        in_reply_to=asked_by,
        references=(*before, asked_by) if asked_by else before,
    )
