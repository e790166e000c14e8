"""A link from a mail is opened: the Telegram account is that contact's from now on."""

from __future__ import annotations

from tickets import chat
from tickets.desk import Desk
from tickets.invitations import Invitation, read_invitation
from tickets.model import Contact, KnownContact
from tickets.people import add_participant, give_account
from tickets.talk import Wrote
from tickets.verdict import Verdict
from tickets.words import Outcome
from tickets.work import SpentLink

#: So many of the requests that the account made before go over to its contact.
ADOPTED = 20


def bind_account(desk: Desk, wrote: Wrote) -> Verdict:
    """Give the account to the contact whom the link was mailed to, or say why not."""
    token, person = wrote.text, wrote.person
    invitation = read_invitation(desk.rules.signer.keys, token)
    guest = desk.books.contact(invitation.contact_id) if invitation else None
    former = desk.books.contact_in_chat(person.id)
    if invitation is None or guest is None:
        return _answer(desk, wrote, "link-unknown")
    if guest.contact.telegram == person.id:
        return _answer(desk, wrote, "linked-already")
    refusal = _refusal(desk, token, invitation, guest=guest, former=former)
    if refusal is not None:
        return _answer(desk, wrote, refusal)
    contact = give_account(desk.work, guest, person.id, former=former)
    desk.work.spent_links.append(
        SpentLink(
            token=token,
            subject=f"contact:{contact.id}",
            expires_at=invitation.expires_at,
        )
    )
    if former is not None:
        _adopt(desk, contact, former.contact)
    return _answer(desk, wrote, "linked")


def _refusal(
    desk: Desk,
    token: str,
    invitation: Invitation,
    *,
    guest: KnownContact,
    former: KnownContact | None,
) -> str | None:
    """Return the notice that says why a genuine link does nothing."""
    if desk.books.is_spent(token) or guest.contact.telegram is not None:
        return "link-used"
    if desk.work.now >= invitation.expires_at:
        return "link-expired"
    if former is not None and former.contact.email is not None:
        return "link-foreign"
    return None


def _adopt(desk: Desk, contact: Contact, former: Contact) -> None:
    """Let a contact take part in what their account asked for while unknown."""
    for ticket_id in sorted(desk.books.tickets_of(former.id, most=ADOPTED)):
        ticket = desk.books.ticket(ticket_id)
        roles = {one.contact.id: one.role for one in desk.books.participants(ticket.id)}
        if contact.id not in roles:
            add_participant(desk, ticket, contact, role=roles[former.id])


def _answer(desk: Desk, wrote: Wrote, notice: str) -> Verdict:
    facts: dict[str, object] = {"address": desk.rules.address}
    chat.tell_person(desk.work, wrote.person, notice, facts=facts)
    return Verdict(outcome=Outcome.COMMAND, rule=notice)
