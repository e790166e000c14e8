"""One of our own mails did not arrive: who wrote it is told, once."""

from __future__ import annotations

from typing import assert_never

from tickets import chat
from tickets.answers import Failure, tell_failed
from tickets.desk import Desk
from tickets.letter import Report
from tickets.model import SentMail
from tickets.verdict import Verdict
from tickets.words import Fate, Medium, Outcome
from tickets.work import MailFate

FOREIGN = Verdict(outcome=Outcome.SIGNAL, rule="delivery-report")


def note_report(desk: Desk, report: Report) -> Verdict:
    """Record what a mail system reports, if it is about a mail of ours."""
    sent = _find(desk, report)
    if sent is None:
        return FOREIGN
    match report.fate:
        case Fate.FAILED:
            return _fail(desk, sent, report)
        case Fate.DELAYED:
            return _delay(desk, sent, report)
        case Fate.PASSED:
            return _signal(sent, "mail-passed-on")
        case _:
            assert_never(report.fate)


def _find(desk: Desk, report: Report) -> SentMail | None:
    """Return our mail, by its Message-ID or by the address that we signed in it.

    Both are known only to who got the mail, so a report can lie about no other.
    """
    known = desk.books.sent_mails(report.message_ids)
    for message_id in report.message_ids:
        if message_id in known:
            return known[message_id]
    found = (_signed(desk, report, address) for address in report.reply_to)
    return next((sent for sent in found if sent is not None), None)


def _signed(desk: Desk, report: Report, address: str) -> SentMail | None:
    signer = desk.rules.signer
    said = signer.read(address)
    ticket = desk.books.ticket_by_number(said.number) if said else None
    if said is None or ticket is None:
        return None
    people = desk.books.participants(ticket.id)
    addresses = [one.contact.email for one in people if one.contact.email]
    for email in (*addresses, *(one.lower() for one in report.recipients)):
        if signer.proves(said.token, said.number, email):
            return desk.books.last_mail_to(ticket.id, email)
    return None


def _fail(desk: Desk, sent: SentMail, report: Report) -> Verdict:
    if sent.fate is Fate.FAILED:
        return _signal(sent, "mail-failed-again")
    reason = _reason(report)
    desk.work.fates.append(MailFate(sent=sent, fate=Fate.FAILED, reason=reason))
    if sent.ticket_id is not None:
        failure = Failure(channel=Medium.MAIL, recipient=sent.recipient, reason=reason)
        ticket = desk.books.ticket(sent.ticket_id)
        tell_failed(desk, ticket, sent.comment_id, failure=failure)
    return _signal(sent, "mail-failed")


def _delay(desk: Desk, sent: SentMail, report: Report) -> Verdict:
    """Say so under an answer, once; of the desk's own notices nobody waits for any."""
    if sent.fate is not None:
        return _signal(sent, "mail-delayed-again")
    reason = _reason(report)
    desk.work.fates.append(MailFate(sent=sent, fate=Fate.DELAYED, reason=reason))
    if sent.ticket_id is not None and sent.comment_id is not None:
        where = desk.books.chat_message_of(sent.comment_id)
        chat.tell_topic(
            desk,
            desk.books.ticket(sent.ticket_id),
            "delivery-delayed",
            facts={"recipient": sent.recipient, "reason": reason},
            reply_to=where[1] if where else None,
        )
    return _signal(sent, "mail-delayed")


def _reason(report: Report) -> str:
    """Return the server's words, with the enhanced code if they lack it."""
    if not report.status or report.status in report.words:
        return report.words
    return f"{report.words} ({report.status})"


def _signal(sent: SentMail, rule: str) -> Verdict:
    return Verdict(outcome=Outcome.SIGNAL, rule=rule, ticket_id=sent.ticket_id)
