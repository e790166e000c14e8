"""A mailbox's reader in a thread of its own, as a part that is run and stopped."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import structlog

from mail.imap.mailbox import Keeper, Mailbox
from mail.imap.reader import Reader, Status

log = structlog.get_logger()
#: So long a reader may take to stop, in seconds; then its thread is left behind.
GRACE = 5.0


class MailboxDoor:
    """Runs until stopped. Not in the loop's threads, of which there are few."""

    def __init__(self, mailbox: Mailbox, keeper: Keeper) -> None:
        self._reader = Reader(mailbox=mailbox, keeper=keeper)
        self._stopping = asyncio.Event()

    @property
    def status(self) -> Status:
        return self._reader.status

    def stop(self) -> None:
        """Let ``run`` return within moments; what is being committed is committed."""
        self._stopping.set()
        self._reader.stop()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        name = self._reader.mailbox.name
        thread = threading.Thread(
            target=self._work, args=(loop, ended), name=f"imap {name}", daemon=True
        )
        thread.start()
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            either: list[asyncio.Future[Any]] = [ended, stopping]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._reader.stop()
            stopping.cancel()
        done, _ = await asyncio.wait([ended], timeout=GRACE)
        if not done:  # it looks up a name or waits for a token, and keeps nothing now
            log.warning("imap_left_behind", mailbox=name)
            return
        await ended

    def _work(
        self, loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]
    ) -> None:
        trouble: BaseException | None = None
        try:
            self._reader.run()
        except BaseException as error:  # noqa: BLE001 # told to who runs the door
            trouble = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell, ended, trouble)


def _tell(ended: asyncio.Future[None], trouble: BaseException | None) -> None:
    if ended.done():
        return
    if trouble is None:
        ended.set_result(None)
    else:
        ended.set_exception(trouble)
