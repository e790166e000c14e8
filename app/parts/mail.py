"""What sends mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.config import Config
from app.links import SignedLinks
from app.mailing import Mailing
from app.parts.kit import Kit, now
from app.signing import make_dkim
from mail.sending.link import Manner
from mail.sending.notices import Sender, Stamp, compose_notice
from mail.sending.relay import Relay as MailRelay
from mail.sending.relay import relay_from
from scheduler.drain import Drain
from scheduler.relay import Relay
from storage.notices import ENDLESS
from tickets.files.attaching import Room
from tickets.outgoing import Mail

#: How many mails are in hand at once, and how long they may gather, in seconds.
MAILS, MAIL_PACE = 48, 0.03


def make_mail_relay(config: Config) -> MailRelay:
    url = config.mail.relay
    if url is None:
        raise ValueError("mail.relay is not set")
    manner = Manner(
        max_connections=config.mail.relay_connections,
        per_domain=config.mail.per_domain,
        seconds=30.0,
        final_seconds=180.0,
    )
    return relay_from(url.get_secret_value(), manner)


def room_of(config: Config) -> Room:
    """Return what a mail may carry: the rest is linked to, if that can be reached.

    Without an address of ours only the relay says what is too much.
    """
    if config.http.public_url is None:
        return ENDLESS
    return Room(most=config.mail.max_attached, links=True)


def _links(kit: Kit) -> SignedLinks | None:
    url = kit.config.http.public_url
    return SignedLinks(base_url=url, keys=kit.rules.signer.keys) if url else None


def make_mailing(kit: Kit, relay: MailRelay) -> Drain[Any]:
    """Return what sends mail."""
    config = kit.config
    sender = Sender(
        address=config.mail.address,
        name=config.service.name,
        signer=kit.rules.signer,
        sites={},
        links=_links(kit),
        link_life=timedelta(days=config.mail.link_days),
    )

    dkim = make_dkim(config)

    def compose(notice: Mail, nonce: str) -> tuple[str, bytes]:
        stamp = Stamp(nonce=nonce, at=now())
        own_id, raw = compose_notice(notice, kit.texts, sender=sender, stamp=stamp)
        return own_id, dkim.sign(raw, stamp.at) if dkim else raw

    mailing = Mailing(
        records=kit.records,
        relay=relay,
        compose=compose,
        sender=config.mail.address,
        room=room_of(config),
    )
    drain: Drain[Any] = Drain(
        name="mail",
        source=Relay(outbox=mailing, exit=mailing),
        room=MAILS,
        pace=MAIL_PACE,
    )
    mailing.wake = drain.wake.set
    return drain
