"""Requests of people nobody knows: taken, turned away, or shown to staff first."""

from __future__ import annotations

from dataclasses import dataclass

from tickets import chat, lanes
from tickets.desk import Desk
from tickets.gate.blocking import domain_of
from tickets.gate.waiting import Held
from tickets.letter import Letter, Mailbox
from tickets.model import Json, Site
from tickets.rules import ACKNOWLEDGEMENT_WINDOW, Rules, Strangers
from tickets.talk import Person, Wrote
from tickets.verdict import Verdict
from tickets.words import Medium, Outcome
from tickets.work import OPENING

REFUSED = Verdict(outcome=Outcome.IGNORED, rule="stranger-refused")
WAITS = Verdict(outcome=None, rule="stranger-waits")
#: The mail that says so, at most one a day to an address.
NOT_SERVED = "not-served"
#: In characters, of what is shown of a message to those who decide.
BEGINNING = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A mail that would open a ticket, and how it came.

    ``answerable`` says whether a program may write to its return path.
    """

    letter: Letter
    author: Mailbox
    return_path: str
    site: Site
    answerable: bool


def meet_by_mail(desk: Desk, came: Came) -> Verdict | None:
    """Return what becomes of a stranger's mail; None if it opens a ticket.

    What may be forged of somebody known is shown to staff even where strangers are
    refused: it is told nobody, so a partner whose server signs badly would never know.
    """
    policy = desk.rules.strangers
    forged = came.letter.vouched is False
    if policy is Strangers.ACCEPT or _is_staff(desk, came):
        return None
    is_stranger = _is_stranger(desk, came.author)
    if not (forged or is_stranger):
        return None
    if policy is Strangers.REFUSE and is_stranger:
        _decline(desk, came)
        return REFUSED
    address = came.author.address.lower()
    question: Json = {
        "name": came.author.name,
        "address": address,
        "subject": came.letter.subject,
        "text": came.letter.text.strip()[:BEGINNING],
        "forged": forged,
        "chat": _chat_for(desk.rules, came.site),
    }
    desk.work.held = Held(who=address, question=question)
    return WAITS


def _is_staff(desk: Desk, came: Came) -> bool:
    """Say whether a specialist wrote it, as our border server says."""
    if came.letter.vouched is not True:
        return False
    return desk.books.specialist_by_email(came.author.address.lower()) is not None


def _is_stranger(desk: Desk, author: Mailbox) -> bool:
    """Say whether an author has no partner and is on no ticket."""
    address = author.address.lower()
    known = desk.books.contacts([address]).get(address)
    if known is not None and known.organisation is not None:
        return False
    domain = domain_of(address)
    is_public = domain in desk.rules.public_domains
    if not is_public and desk.books.organisations([domain]):
        return False
    return known is None or not desk.books.tickets_of(known.id, most=1)


def _decline(desk: Desk, came: Came) -> None:
    """Queue a mail that the desk serves partners only, if it reaches who wrote.

    The border must vouch for the author, and the return path be theirs: else it could
    be sent to anybody whom somebody names.
    """
    letter, to = came.letter, came.return_path.lower()
    is_theirs = to == came.author.address.lower()
    if not (came.answerable and letter.vouched and is_theirs):
        return
    since = desk.work.now - ACKNOWLEDGEMENT_WINDOW
    if (
        desk.books.acknowledged_since(to, since)
        or not desk.rules.acknowledgements_a_day
    ):
        return
    desk.work.deliver(
        Medium.MAIL,
        NOT_SERVED,
        target=to,
        lane=lanes.refusal(to),
        priority=OPENING,
        facts={
            "language": came.site.language,
            "subject": letter.subject,
            "message_id": letter.message_id,
        },
    )


def meet_in_chat(desk: Desk, wrote: Wrote) -> Verdict | None:
    """Return what becomes of a message that a stranger wrote to the bot.

    None if it opens a ticket. They are told that it waits, once.
    """
    policy, person = desk.rules.strangers_in_chat, wrote.person
    if policy is Strangers.ACCEPT:
        return None
    if policy is Strangers.REFUSE:
        tell_refused(desk, person)
        return REFUSED
    who = f"telegram:{person.id}"
    if desk.books.is_waiting(who):
        chat.react(desk.work, (person.id, wrote.message_id), "queued")
    else:
        chat.tell_person(desk.work, person, "waits", reply_to=wrote.message_id)
    question: Json = {
        "name": person.name,
        "address": "",
        "subject": "",
        "text": wrote.text.strip()[:BEGINNING],
        "forged": False,
        "chat": _chat_for(desk.rules, desk.rules.site_of(None)),
        "account": person.id,
        "language": person.language,
    }
    desk.work.held = Held(who=who, question=question)
    return WAITS


def tell_refused(desk: Desk, person: Person) -> None:
    """Queue for a stranger's private chat that they cannot write there."""
    facts: Json = {"address": desk.rules.address}
    chat.tell_person(desk.work, person, "stranger", facts=facts)


def _chat_for(rules: Rules, site: Site) -> int | None:
    """Return where staff is asked: the triage chat, else the General of the site."""
    if not rules.telegram:
        return None
    return rules.triage_chat or next(iter(site.chats), None)
