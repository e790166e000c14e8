"""The doors' way into the records: what waits at a moment shares one commit."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.together import Together
from bot.updates import lane_of
from mail.door.reception import Accepted, Full
from storage import bots, doors
from storage.blobs import is_large
from storage.doors import NewArrival
from storage.errors import StorageFull
from storage.store import Store
from storage.transaction import Transaction
from tickets import lanes
from tickets.corporate.commands import Asked, NotACommand
from tickets.wishes.leave_links import LeaveLink
from tickets.words import Channel

#: The bytes that share a commit, at most.
GROUP_BYTES = 32 * 1024 * 1024
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*\S", re.IGNORECASE | re.MULTILINE)


class Intake:
    """Keeps arrivals; those that come during a commit go together into the next."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._together = Together(
            commit=self._commit, weigh=lambda one: len(one.raw), limit=GROUP_BYTES
        )

    async def keep(self, arrival: NewArrival) -> None:
        """Return once the arrival is committed; StorageError if it cannot be."""
        await self._together.add(arrival)

    async def write(self, job: Callable[[Transaction], None]) -> None:
        """Return once something else is committed that a door has learnt."""
        await asyncio.wrap_future(self._store.submit(job))

    async def _commit(self, incoming: Sequence[NewArrival]) -> None:
        large = {one.key: one.raw for one in incoming if is_large(one.raw)}
        if large:
            await asyncio.to_thread(self._store.keep_large, large)
        await asyncio.wrap_future(
            self._store.submit(lambda tx: doors.keep(tx, incoming))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class MailKeeper:
    """mail.door.reception.Keeper over the intake."""

    intake: Intake
    channel: Channel = Channel.SMTP

    async def keep(self, accepted: Accepted) -> None:
        try:
            await self.intake.keep(mail_arrival(accepted, self.channel))
        except StorageFull as error:
            raise Full(str(error)) from error


def mail_arrival(accepted: Accepted, channel: Channel) -> NewArrival:
    """Return a mail as an arrival; the same bytes again are known as a copy.

    A mail without a Message-ID is never a copy: two of a machine's alarms may be
    alike to the letter.
    """
    sender = storable(accepted.mail_from)
    recipients = [storable(one) for one in accepted.rcpt_tos]
    return NewArrival(
        channel=channel,
        source_key=_source_key(sender, recipients, accepted.content),
        lane=lanes.mail_arrivals(sender),
        received_at=accepted.received_at,
        envelope={
            "mail_from": sender,
            "rcpt_tos": recipients,
            "peer": accepted.peer,
            "helo": storable(accepted.helo),
        },
        raw=accepted.content,
        door=channel,
    )


def _source_key(sender: str, recipients: Sequence[str], content: bytes) -> str:
    head = content.partition(b"\r\n\r\n")[0]
    if not _MESSAGE_ID.search(head):
        return uuid.uuid4().hex
    digest = hashlib.sha256("\n".join([sender, *recipients, ""]).encode())
    digest.update(content)
    return digest.hexdigest()


def storable(value: str) -> str:
    """Return the text without what no database stores: NULs, lone surrogates."""
    clean = value.replace("\x00", "\ufffd")
    return clean.encode("utf-8", "replace").decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandKeeper:
    """bus.door.Keeper over the intake."""

    intake: Intake
    clock: Callable[[], datetime]
    target: str

    async def keep(self, came: Asked, body: bytes) -> None:
        arrival = command_arrival(came, body, target=self.target, at=self.clock())
        await self.intake.keep(arrival)


def command_arrival(
    came: Asked, body: bytes, *, target: str, at: datetime
) -> NewArrival:
    """Return a message of the bus as an arrival.

    The same source and id are known as a copy (CloudEvents 1.0, id); of what is no
    command the same bytes are, so that a corrected one may keep its id.
    """
    if isinstance(came, NotACommand):
        key, subject = hashlib.sha256(body).hexdigest(), "unreadable"
    else:
        key, subject = f"{came.origin.source} {came.origin.id}", came.origin.subject
    return NewArrival(
        channel=Channel.BUS,
        source_key=key,
        lane=lanes.bus_arrivals(target, subject),
        received_at=at,
        envelope={"target": target},
        raw=body,
        door=f"bus:{target}",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartureKeeper:
    """app.leaving.Keeper over the intake."""

    intake: Intake
    clock: Callable[[], datetime]

    async def keep(self, link: LeaveLink) -> None:
        """Keep that somebody leaves; each time is an arrival of its own."""
        said = {"contact": link.contact_id, "ticket": link.ticket_id}
        arrival = NewArrival(
            channel=Channel.WEB,
            source_key=uuid.uuid4().hex,
            lane=lanes.web_arrivals(link.contact_id),
            received_at=self.clock(),
            envelope={},
            raw=json.dumps(said).encode(),
            door="web",
        )
        await self.intake.keep(arrival)


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateKeeper:
    """bot.poller.Keeper over the intake."""

    intake: Intake
    clock: Callable[[], datetime]
    bot_id: int

    async def meet(self, username: str) -> None:
        await self.intake.write(lambda tx: bots.remember(tx, username))

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        await asyncio.gather(*(self.intake.keep(self._arrival(one)) for one in updates))

    def _arrival(self, update: Mapping[str, Any]) -> NewArrival:
        return NewArrival(
            channel=Channel.TELEGRAM,
            source_key=f"{self.bot_id}:{update['update_id']}",
            lane=lane_of(update),
            received_at=self.clock(),
            envelope={"bot_id": self.bot_id},
            raw=json.dumps(update, ensure_ascii=False).encode("utf-8", "replace"),
            door="telegram",
        )
