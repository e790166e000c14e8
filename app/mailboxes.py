"""mail.imap's keeper over the records: mails and the place in the mailbox together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from app.intake import storable
from mail.imap import envelope
from mail.imap.mailbox import Fetched, Position
from storage import backlog, doors, mailboxes
from storage.doors import NewArrival
from storage.store import Store
from tickets import lanes
from tickets.model import Json
from tickets.words import Channel

#: A mailbox is read no further while so many arrivals, or bytes, wait to be filed.
MOST_WAITING = 1000
MOST_WAITING_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxKeeper:
    """mail.imap.mailbox.Keeper; it blocks, for each mailbox has a thread.

    ``owns`` says which addresses are ours, ``header`` which header names them.
    """

    store: Store
    clock: Callable[[], datetime]
    name: str
    owns: Callable[[str], bool]
    header: str | None = None

    def position(self) -> Position | None:
        value = self.store.read(lambda tx: mailboxes.position(tx, self.name))
        return None if value is None else Position.of(value)

    def keep(self, mails: Sequence[Fetched], position: Position) -> None:
        arrivals = [self._arrival(mail, position) for mail in mails]
        self.store.keep_large({one.key: one.raw for one in arrivals})
        self.store.write(partial(doors.keep, incoming=arrivals))

    def is_behind(self) -> bool:
        count, size = self.store.read(lambda tx: backlog.unfiled(tx, MOST_WAITING))
        return count >= MOST_WAITING or size >= MOST_WAITING_BYTES

    def settle(self, position: Position) -> None:
        value = asdict(position)
        self.store.write(lambda tx: mailboxes.settle(tx, self.name, value))

    def _arrival(self, mail: Fetched, position: Position) -> NewArrival:
        head = envelope.head_of(mail.raw)
        sender = storable(envelope.sender(head))
        ours = envelope.recipients(head, self.owns, header=self.header)
        told: Json = {
            "mail_from": sender,
            "rcpt_tos": [storable(one) for one in ours],
            "mailbox": self.name,
        }
        if mail.problem:
            told["problem"] = storable(mail.problem)
        return NewArrival(
            channel=Channel.IMAP,
            source_key=f"{self.name} {position.numbering} {mail.uid}",
            lane=lanes.mail_arrivals(sender),
            received_at=self.clock(),
            envelope=told,
            raw=mail.raw,
            door=mailboxes.door_of(self.name),
            cursor=asdict(position),
        )
