"""A notice put into words as a mail, ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from mail.sending import digests
from mail.sending.compose import Outgoing, Unsubscribe, compose, message_id
from mail.sending.quoting import quote
from templates.texts import Rendered
from tickets.letter import Mailbox
from tickets.model import Json, Specialist
from tickets.outgoing import (
    DigestNotice,
    Mail,
    MailNotice,
    RefusalNotice,
    StatusNotice,
)
from tickets.tokens import Signer

#: Answers have none: a person wrote them (RFC 3834, 5). All else a program wrote.
_AUTO_SUBMITTED: Mapping[str, Literal["auto-replied"] | None] = {
    "accepted": "auto-replied",
    "left": "auto-replied",
    "answer": None,
    "sealed": "auto-replied",
    "files-refused": "auto-replied",
}


class Links(Protocol):
    """Signed addresses of files."""

    def attachment(self, file: int, *, until: datetime, language: str) -> str:
        """Return where an attachment can be fetched until then."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who our mails are from.

    ``name`` is the service's, shown where ``sites`` (names by code) has none. What
    is too big for a mail is fetched by ``links``, for ``link_life``.
    """

    address: str
    name: str
    signer: Signer
    sites: Mapping[str, str] = field(default_factory=dict)
    links: Links | None = None
    link_life: timedelta = timedelta(days=30)

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
    elif isinstance(notice, StatusNotice):
        mail = _status(notice, texts, own_id, sender=sender, stamp=stamp)
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
    facts = _facts(notice) | _linked(notice, sender=sender, at=stamp.at)
    words = texts.render(notice.kind, notice.language, **facts)
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
        unsubscribe=_unsubscribe(notice, sender),
    )


def _unsubscribe(notice: MailNotice, sender: Sender) -> Unsubscribe | None:
    """Offer to leave to who is on the ticket because others named them."""
    if not notice.may_leave:
        return None
    address = sender.signer.reply_address(notice.ticket.number, notice.recipient)
    url = notice.leave_link
    return Unsubscribe(
        address=address, url=url if url and url.startswith("https:") else None
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
    mail = _reply(notice, words, own_id, sender=sender.mailbox(""), stamp=stamp)
    parent = notice.in_reply_to
    return replace(mail, references=(parent,) if parent else ())


def _status(
    notice: StatusNotice,
    texts: digests.Texts,
    own_id: str,
    *,
    sender: Sender,
    stamp: Stamp,
) -> Outgoing:
    """Write how tickets stand, for who asked."""
    ticket = notice.ticket
    number = ticket.number if ticket else None
    words = texts.render(
        notice.kind, notice.language, asked=notice.asked, tickets=notice.tickets
    )
    site = ticket.site if ticket else ""
    mail = _reply(notice, words, own_id, sender=sender.mailbox(site), stamp=stamp)
    mail = replace(mail, references=notice.references, ticket=number)
    if number is None:
        return mail
    address = sender.signer.reply_address(number, notice.recipient)
    return replace(mail, reply_to=address)


def _reply(
    notice: RefusalNotice | StatusNotice,
    words: Rendered,
    own_id: str,
    *,
    sender: Mailbox,
    stamp: Stamp,
) -> Outgoing:
    """Write to who wrote, and to nobody else."""
    return Outgoing(
        sender=sender,
        to=(Mailbox(address=notice.recipient),),
        subject=words.subject,
        message_id=own_id,
        in_reply_to=notice.in_reply_to,
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
        "leave_link": notice.leave_link,
        "stage": notice.stage,
        "sealed": notice.sealed,
        "refused": notice.refused,
        "too_large": notice.too_large,
    }
    comment = notice.comment
    if comment is not None:
        facts |= {
            "text": comment.text,
            "author": comment.author.name,
            "files": len(notice.files),
            "unsent": notice.unsent,
            "earlier": quote(notice.earlier),
        }
    return facts


def _linked(notice: MailNotice, *, sender: Sender, at: datetime) -> Json:
    """Return where the files are that the mail only names, and until when."""
    until = at + sender.link_life
    links = sender.links
    if links is None and notice.linked:
        raise ValueError("there are files to link, and nothing makes links")
    return {
        "until": until,
        "links": [
            {
                "name": one.name,
                "size": one.size,
                "url": links.attachment(one.id, until=until, language=notice.language),
            }
            for one in notice.linked
            if links
        ],
    }
