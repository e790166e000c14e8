"""The doors' way into the records: what waits at a moment shares one commit."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.updates import lane_of
from mail.reception import Accepted, Full
from storage import arrivals
from storage.arrivals import NewArrival
from storage.blobs import is_large
from storage.errors import StorageError, StorageFull
from storage.store import Store
from tickets import lanes
from tickets.words import Channel

#: As many as this share a commit, and their bytes stay below the other bound.
GROUP = 100
GROUP_BYTES = 32 * 1024 * 1024
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: NewArrival
    kept: asyncio.Future[None]


@dataclass(kw_only=True)
class Intake:
    """Keeps arrivals; those that come during a commit go together into the next."""

    store: Store
    _waiting: list[_Waiting] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None

    async def keep(self, arrival: NewArrival) -> None:
        """Return once the arrival is committed; StorageError if it cannot be."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arrival, kept))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        await kept

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._take())
        finally:
            self._running = None

    def _take(self) -> list[_Waiting]:
        size = count = 0
        for one in self._waiting[:GROUP]:
            size += len(one.arrival.raw)
            if count and size > GROUP_BYTES:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        incoming = [one.arrival for one in group]
        large = {one.key: one.raw for one in incoming if is_large(one.raw)}
        try:
            if large:
                await asyncio.to_thread(self.store.keep_large, large)
            await asyncio.wrap_future(
                self.store.submit(lambda tx: arrivals.keep(tx, incoming))
            )
        except Exception as error:  # noqa: BLE001 # told to each who waits
            await self._apart(group, error)
            return
        for one in group:
            if not one.kept.done():
                one.kept.set_result(None)

    async def _apart(self, group: Sequence[_Waiting], error: Exception) -> None:
        """Let one that cannot be kept not take the others with it."""
        if len(group) > 1 and not isinstance(error, StorageError):
            for one in group:
                await self._commit([one])
            return
        for one in group:
            if not one.kept.done():
                one.kept.set_exception(error)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailKeeper:
    """mail.reception.Keeper over the intake."""

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
    sender = _storable(accepted.mail_from)
    recipients = [_storable(one) for one in accepted.rcpt_tos]
    return NewArrival(
        channel=channel,
        source_key=_source_key(sender, recipients, accepted.content),
        lane=lanes.mail_arrivals(sender),
        received_at=accepted.received_at,
        envelope={
            "mail_from": sender,
            "rcpt_tos": recipients,
            "peer": accepted.peer,
            "helo": _storable(accepted.helo),
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


def _storable(value: str) -> str:
    """Return the text without what no database stores: NULs, lone surrogates."""
    clean = value.replace("\x00", "\ufffd")
    return clean.encode("utf-8", "replace").decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateKeeper:
    """bot.poller.Keeper over the intake."""

    intake: Intake
    clock: Callable[[], datetime]
    bot_id: int

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
