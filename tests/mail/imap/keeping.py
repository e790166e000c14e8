"""A keeper in memory, and a reader that runs while a test looks on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mail.imap.mailbox import Fetched, Mailbox, Position, Safety
from mail.imap.pace import Pace
from mail.imap.reader import Reader

#: No test waits for a wall clock: trouble is over at once.
QUICK = Pace(poll=0.02, breath=0.02, idle=0.2, first=0.01, longest=0.02, login=0.01)
PATIENCE = 20.0


@dataclass(kw_only=True)
class Kept:
    """mail.imap.mailbox.Keeper; ``down`` fails as records that are away do."""

    mails: list[Fetched] = field(default_factory=list)
    at: Position | None = None
    down: bool = False
    behind: bool = False
    commits: int = 0

    def position(self) -> Position | None:
        return self.at

    def keep(self, mails: Sequence[Fetched], position: Position) -> None:
        if self.down:
            raise RuntimeError("the records are away")
        self.mails.extend(mails)
        self.at = position
        self.commits += 1

    def is_behind(self) -> bool:
        return self.behind

    def settle(self, position: Position) -> None:
        self.at = position

    @property
    def uids(self) -> list[int]:
        return [mail.uid for mail in self.mails]


def mailbox(port_: int, **more: Any) -> Mailbox:
    settings: dict[str, Any] = {
        "name": "box",
        "host": "127.0.0.1",
        "port": port_,
        "user": "desk",
        "secret": lambda: "secret",
        "safety": Safety.NONE,
    }
    return Mailbox(**{**settings, **more})


@contextmanager
def reading(box: Mailbox, kept: Kept, *, pace: Pace = QUICK) -> Iterator[Reader]:
    reader = Reader(mailbox=box, keeper=kept, pace=pace, chance=lambda: 0.5)
    thread = threading.Thread(target=reader.run)
    thread.start()
    try:
        yield reader
    finally:
        reader.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(said: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE
    while not said():
        assert time.monotonic() < limit, "it did not come to that"
        time.sleep(0.005)


def mail(number: int, body: str = "body") -> bytes:
    return (
        f"From: ivan@partner.example\r\nTo: support@example.org\r\n"
        f"Subject: {number}\r\nMessage-ID: <{number}@partner.example>\r\n\r\n{body}\r\n"
    ).encode()
