"""The parts of the service, each built from the configuration and the records."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from telegram import Bot

from app.chatting import Chatting, Step
from app.clerk import Clerk
from app.config import Config, rules_from
from app.digests import StoredRuns, reports_from
from app.files import StoredFiles
from app.filing import Filing
from app.health import Gauges, Watch
from app.http import HttpServer, make_app
from app.intake import Intake, MailKeeper, UpdateKeeper
from app.links import SignedLinks
from app.mailing import Mailing
from app.mirroring import Mirroring
from app.outbox import Records
from app.publishing import mirror_for
from app.reading import read
from app.settings import tables
from bot.budget import Budget
from bot.outcome import CardGone, Moved, TopicGone
from bot.poller import Poller
from bot.render import render
from bot.sender import TelegramSender
from bus.publishers import publisher_from
from mail.link import Manner
from mail.notices import Sender, Stamp, compose_notice
from mail.relay import Relay as MailRelay
from mail.relay import relay_from
from mail.room import Limits
from mail.smtp import Door
from scheduler.arrivals import ArrivalSource
from scheduler.digests import Digesting, Planned, plan
from scheduler.drain import Drain
from scheduler.relay import Relay
from storage import deliveries
from storage.deliveries import Due
from storage.store import Store
from templates.texts import Texts
from tickets.digests import Owed
from tickets.outgoing import Mail
from tickets.rules import Rules
from tickets.words import Channel, Medium
from tickets.work import Work

#: How much of the disk must stay free for the door to take mail, in bytes.
DISK_RESERVE = 200 * 1024 * 1024
#: How many lanes, mails, chat calls and events are in hand at once.
ARRIVALS, MAILS, CALLS, EVENTS = 50, 32, 32, 100
#: How long arrivals, mails and events may gather to be worked together, in seconds.
ARRIVAL_PACE, MAIL_PACE, BUS_PACE = 0.02, 0.03, 0.1
#: How often digests are looked for beside their hours, in seconds.
DIGEST_POLL = 60.0
MANNER = Manner(max_connections=8, seconds=30.0, final_seconds=180.0)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """What all parts share."""

    config: Config
    rules: Rules
    texts: Texts
    store: Store
    mirror: Callable[[Work], None]
    owner: str
    plans: tuple[Planned, ...]  # the digests

    @property
    def records(self) -> Records:
        return Records(
            store=self.store,
            rules=self.rules,
            mirror=self.mirror,
            owner=self.owner,
            now=now,
        )


def make_kit(config: Config, store: Store, *, owner: str) -> Kit:
    rules = rules_from(config)
    return Kit(
        config=config,
        rules=rules,
        texts=make_texts(config),
        store=store,
        mirror=mirror_for(config, rules.signer.keys),
        owner=owner,
        plans=plan(reports_from(config)),
    )


def make_texts(config: Config) -> Texts:
    zones = {site.code: site.timezone for site in config.sites if site.timezone}
    return Texts(
        language=config.service.language, timezone=config.service.timezone, zones=zones
    )


def make_http(kit: Kit, watch: Watch) -> HttpServer:
    """Return what answers for health, metrics and signed files."""
    http = kit.config.http
    registry = CollectorRegistry()
    registry.register(Gauges(watch))
    links = SignedLinks(base_url=http.base_url, keys=kit.rules.signer.keys)
    files = StoredFiles(links=links, store=kit.store)
    pages = make_app(health=watch, registry=registry, files=files)
    return HttpServer(pages, host=http.host, port=http.port)


def make_clerk(kit: Kit) -> Clerk:
    """Return what runs the commands that write."""
    domains = frozenset(kit.config.mail.public_domains)
    return Clerk(mirror=kit.mirror, public_domains=domains)


def make_doors(kit: Kit, intake: Intake) -> dict[str, Door]:
    """Return the doors for mail by their names; they have room while the disk has."""
    smtp = kit.config.mail.smtp
    first = Channel.LMTP if smtp.lmtp else Channel.SMTP
    doors = {str(first): _make_door(kit, intake, first)}
    if smtp.lmtp_port is not None:
        beside = doors[str(first)]
        second = _make_door(kit, intake, Channel.LMTP, beside=beside)
        doors[str(Channel.LMTP)] = second
    return doors


def _make_door(
    kit: Kit, intake: Intake, channel: Channel, *, beside: Door | None = None
) -> Door:
    smtp = kit.config.mail.smtp
    return Door(
        keeper=MailKeeper(intake=intake, channel=channel),
        accepts=kit.rules.is_own,
        clock=now,
        hostname=socket.getfqdn(),
        limits=Limits(
            max_size=smtp.max_size,
            max_connections=smtp.max_connections,
            max_in_flight_bytes=smtp.max_in_flight_bytes,
        ),
        has_room=partial(_has_room, kit.config.service.data_dir),
        tls=_tls(smtp.tls_cert, smtp.tls_key),
        lmtp=channel is Channel.LMTP,
        beside=beside,
    )


def _has_room(folder: Path) -> bool:
    return shutil.disk_usage(folder).free > DISK_RESERVE


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


def make_filing(kit: Kit) -> Drain[Any]:
    """Return what files arrivals."""
    inbox = Filing(store=kit.store, rules=kit.rules, mirror=kit.mirror, owner=kit.owner)
    source = ArrivalSource(inbox=inbox, read=read, chance=random.random)
    return Drain(name="arrivals", source=source, room=ARRIVALS, pace=ARRIVAL_PACE)


def make_mail_relay(config: Config) -> MailRelay:
    url = config.mail.relay
    if url is None:
        raise ValueError("mail.relay is not set")
    return relay_from(url.get_secret_value(), MANNER)


def make_mailing(kit: Kit, relay: MailRelay) -> Drain[Any]:
    """Return what sends mail."""
    config = kit.config
    sender = Sender(
        address=config.mail.address,
        name=config.service.name,
        signer=kit.rules.signer,
        sites={},
    )

    def compose(notice: Mail, nonce: str) -> tuple[str, bytes]:
        stamp = Stamp(nonce=nonce, at=now())
        return compose_notice(notice, kit.texts, sender=sender, stamp=stamp)

    mailing = Mailing(
        records=kit.records, relay=relay, compose=compose, sender=config.mail.address
    )
    return Drain(
        name="mail",
        source=Relay(outbox=mailing, exit=mailing),
        room=MAILS,
        pace=MAIL_PACE,
    )


def make_digesting(kit: Kit) -> Drain[Sequence[Owed]]:
    """Return what makes the digests that are due, one at a time."""
    names = tuple(one.report.name for one in kit.plans)
    runs = StoredRuns(store=kit.store, reports=names)
    source = Digesting(plans=kit.plans, runs=runs, now=now)
    return Drain(name="digests", source=source, room=1, poll=DIGEST_POLL)


def make_chatting(
    kit: Kit, bot: Bot, *, poller: Poller, spent: dict[str, list[datetime]]
) -> Drain[Any]:
    """Return what speaks to the chat, knowing what it said just before."""
    budget = Budget()
    sent = ((int(chat), at) for chat, moments in spent.items() for at in moments)
    budget.restore(sent, today=now(), now=time.monotonic())
    chatting = Chatting(
        records=kit.records,
        render=lambda notice: render(notice, kit.texts),
        sender=TelegramSender(bot),
        budget=budget,
        ticks=time.monotonic,
        heard_at=lambda: poller.status.heard_at,
    )
    relay: Relay[Due, Step, TopicGone | CardGone | Moved] = Relay(
        outbox=chatting, exit=chatting
    )
    return Drain(name="chat", source=relay, room=CALLS)


def make_poller(bot: Bot, intake: Intake, *, bot_id: int) -> Poller:
    """Return what takes updates from Telegram."""
    keeper = UpdateKeeper(intake=intake, clock=now, bot_id=bot_id)
    return Poller(bot, keeper, clock=now)


def make_mirroring(kit: Kit, target: tables.Bus) -> tuple[Mirroring, Drain[Any]]:
    """Return what publishes to a target of the bus."""
    source = Mirroring(
        store=kit.store,
        target=target.name,
        publisher=publisher_from(
            target.url.get_secret_value(),
            secrets=[one.get_secret_value() for one in target.secret],
            ca_file=target.ca_file,
        ),
        owner=kit.owner,
    )
    drain = Drain(name=f"bus {target.name}", source=source, room=EVENTS, pace=BUS_PACE)
    return source, drain


async def spent_before(store: Store) -> dict[str, list[datetime]]:
    """Return what the chats' rate windows had spent before this process."""
    since = now() - timedelta(seconds=60)
    return await asyncio.to_thread(
        store.read, lambda tx: deliveries.sent_since(tx, since)
    )


#: Which drains are woken by which kind of lane.
KINDS = {
    "arrivals": "arrival",
    "mail": str(Medium.MAIL),
    "chat": str(Medium.TELEGRAM),
    "bus": str(Medium.BUS),
}
