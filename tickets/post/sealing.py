"""A mail that the desk cannot read: the specialists know it, the partner is asked."""

from __future__ import annotations

from tickets import chat
from tickets.desk import Desk
from tickets.letter import Sealed
from tickets.model import Ticket
from tickets.notices import LOOP_WINDOW
from tickets.ways import mail_notice
from tickets.work import OPENING

#: The mail that asks for the same in the clear.
NOTICE = "sealed"
_FORMS = {Sealed.SMIME: "S/MIME", Sealed.PGP: "PGP"}


def ask(desk: Desk, ticket: Ticket, *, email: str) -> bool:
    """Queue the request to send it in the clear, unless so many mails went there.

    Says whether it did: a program that answers everything encrypts as well.
    """
    since = desk.work.now - LOOP_WINDOW
    before = desk.books.notices_since(ticket.id, email, since=since)
    if before >= desk.rules.notices_an_hour:
        return False
    mail_notice(desk.work, ticket, NOTICE, email=email, priority=OPENING)
    return True


def tell(desk: Desk, ticket: Ticket, sealed: Sealed, *, asked: bool) -> None:
    """Queue the line that says so in the topic, below what came."""
    notice = "sealed-asked" if asked else "sealed"
    chat.tell_topic(desk, ticket, notice, facts={"form": _FORMS[sealed]})
