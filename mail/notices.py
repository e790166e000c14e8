"""A notice put into words as a mail, ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mail import digests
from mail.compose import Outgoing, compose, message_id
from tickets.letter import Mailbox
from tickets.model import Json, Specialist
from tickets.outgoing import DigestNotice, Mail, MailNotice, RefusalNotice
from tickets.tokens import Signer

#: Answers have none: a person wrote them (RFC 3834, 5). All else a program wrote.
_AUTO_SUBMITTED: Mapping[str, Literal["auto-replied"] | None] = {
    "accepted": "auto-replied",
    "answer": None,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who our mails are from.

    ``name`` is the service's, shown where ``sites`` (names by code) has none.
    """

    address: str
    name: str
    signer: Signer
    sites: Mapping[str, str] = field(default_factory=dict)

    def mailbox(self, site: str) -> Mailbox:
        return Mailbox(address=self.address, name=self.sites.get(site) or self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What makes a mail this one: ``nonce`` is random, of letters and digits."""

    nonce: str
    at: datetime


def compose_notice(
    notice: Mail, texts: digests.Texts, *, sender: Sender, stamp: Stamp
) -> tuple[str, bytes]:
    """Return the mail's Message-ID and its bytes.

    The same arguments make the same bytes. Raises templates.errors.TextsError.
    """
    domain = sender.address.rpartition("@")[2]
    own_id = message_id(f"{notice.delivery}.{stamp.nonce}", domain)
    if isinstance(notice, DigestNotice):
        mail = _digest(notice, texts, own_id, sender=sender, stamp=stamp)
    elif isinstance(notice, RefusalNotice):
        mail = _refusal(notice, texts, own_id, sender=sender, stamp=stamp)
    else:
        mail = _about_ticket(notice, texts, own_id, sender=sender, stamp=stamp)
    return own_id, compose(mail)


def _about_ticket(
    notice: MailNotice,
    texts: digests.Texts,
    own_id: str,
    *,
    sender: Sender,
    stamp: Stamp,
) -> Outgoing:
    ticket = notice.ticket
    words = texts.render(notice.kind, notice.language, **_facts(notice))
    return Outgoing(
        sender=sender.mailbox(ticket.site),
        to=notice.to,
        cc=notice.cc,
        reply_to=sender.signer.reply_address(ticket.number, notice.recipient),
        subject=words.subject,
        message_id=own_id,
        in_reply_to=notice.in_reply_to,
        references=notice.references,
        date=stamp.at,
        text=words.text,
        html=words.html,
        files=notice.files,
        auto_submitted=_AUTO_SUBMITTED.get(notice.kind, "auto-generated"),
        ticket=ticket.number,
    )


def _digest(
    notice: DigestNotice,
    texts: digests.Texts,
    own_id: str,
    *,
    sender: Sender,
    stamp: Stamp,
) -> Outgoing:
    page = digests.write(notice, texts)
    return Outgoing(
        sender=Mailbox(address=sender.address, name=sender.name),
        to=(Mailbox(address=notice.recipient),),
        subject=page.subject,
        message_id=own_id,
        date=stamp.at,
        text=page.text,
        html=page.html,
        files=page.files,
        auto_submitted="auto-generated",
    )


def _refusal(
    notice: RefusalNotice,
    texts: digests.Texts,
    own_id: str,
    *,
    sender: Sender,
    stamp: Stamp,
) -> Outgoing:
    words = texts.render("not-served", notice.language, subject=notice.subject)
    parents = (notice.in_reply_to,) if notice.in_reply_to else ()
    return Outgoing(
        sender=Mailbox(address=sender.address, name=sender.name),
        to=(Mailbox(address=notice.recipient),),
        subject=words.subject,
        message_id=own_id,
        in_reply_to=notice.in_reply_to,
        references=parents,
        date=stamp.at,
        text=words.text,
        html=words.html,
        auto_submitted="auto-replied",
    )


def _facts(notice: MailNotice) -> Json:
    by_staff = isinstance(notice.who, Specialist)
    name = notice.who.name if notice.who else ""
    facts: Json = {
        "number": notice.ticket.number,
        "subject": notice.ticket.subject,
        "specialist": name if by_staff else "",
        "contact": "" if by_staff else name,
        "chat_link": notice.chat_link,
        "stage": notice.stage,
    }
    comment = notice.comment
    if comment is not None:
        facts |= {
            "text": comment.text,
            "author": comment.author.name,
            "files": len(notice.files),
            "unsent": notice.unsent,
        }
    return facts
