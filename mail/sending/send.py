"""Sending over SMTP or LMTP through the relay, on a few connections that are kept."""

from __future__ import annotations

import asyncio

from mail.paths import is_mailbox
from mail.sending.answers import TooLarge
from mail.sending.link import Link, Manner, Parcel, SessionError
from mail.sending.server import Server
from mail.sending.turns import Turns
from tickets.sending import Answer, Later, Never


class SmtpRelay:
    """Hands mails to one server.

    Connections are opened as needed, ``max_connections`` at most, and kept for
    ``idle_seconds`` after a mail. Mails to one domain have ``per_domain`` of them.
    """

    def __init__(self, server: Server, manner: Manner | None = None) -> None:
        self._server = server
        self._manner = manner or Manner()
        self._slots = asyncio.Semaphore(self._manner.max_connections)
        self._turns = Turns(self._manner.per_domain)
        self._idle: list[Link] = []  # the latest last
        self._expiry: asyncio.TimerHandle | None = None
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def send(
        self, sender: str, recipient: str, content: bytes
    ) -> Answer | TooLarge:
        """Send ``content`` to one recipient; an empty sender is the null path."""
        if sender and not is_mailbox(sender):
            return Never(f"not an address to send from: {sender!a}")
        if not is_mailbox(recipient):
            return Never(f"not an address to send to: {recipient!a}")
        parcel = Parcel(sender=sender, recipient=recipient, content=content)
        # A domain's turn first: who waits for it must not hold a connection.
        domain = recipient.rpartition("@")[2].lower()
        async with self._turns.of(domain), self._slots:
            while self._idle:
                answer = await self._send_over(self._idle.pop(), parcel)
                if answer is not None:
                    return answer
            return await self._send_afresh(parcel)

    async def _send_afresh(self, parcel: Parcel) -> Answer | TooLarge:
        link = Link(self._server, self._manner)
        try:
            await link.open()
        except SessionError as error:
            where = f"{self._server.host}:{self._server.port}"
            return Later(f"no session with {where}: {error}")
        answer = await self._send_over(link, parcel)
        return answer or Later("the session ended before the mail began")

    async def _send_over(self, link: Link, parcel: Parcel) -> Answer | TooLarge | None:
        """Send over a link and keep it; None if the server had left it."""
        if not link.usable:
            link.close()
            return None
        try:
            answer = await link.deliver(parcel)
        except BaseException:  # a cancelled dialog stands in the middle of a mail
            link.close()
            raise
        if link.usable:
            self._keep(link)
        else:
            self._dismiss(link)
        return answer

    def _keep(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        link.idle_since = loop.time()
        self._idle.append(link)
        if self._expiry is None:
            self._expiry = loop.call_later(self._manner.idle_seconds, self._expire)

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        self._expiry = None
        oldest = loop.time() - self._manner.idle_seconds
        stale = [link for link in self._idle if link.idle_since <= oldest]
        self._idle = [link for link in self._idle if link.idle_since > oldest]
        for link in stale:
            self._dismiss(link)
        if self._idle:
            due = self._idle[0].idle_since + self._manner.idle_seconds
            self._expiry = loop.call_at(due, self._expire)

    def _dismiss(self, link: Link) -> None:
        task = asyncio.get_running_loop().create_task(link.quit())
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def close(self) -> None:
        """End the connections that are kept."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        while self._idle:
            self._dismiss(self._idle.pop())
        await asyncio.gather(*self._goodbyes)
