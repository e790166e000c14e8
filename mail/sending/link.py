"""One connection to the relay server, and what its replies mean."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from typing import cast

import aiosmtplib
from typing_extensions import override

from mail.sending.answers import FINAL, TooLarge, meaning, words_of
from mail.sending.server import Server
from tickets.sending import Answer, Later, Never, Uncertain

_BARE_ENDS = re.compile(rb"\r\n|\r|\n")
_PIECE = 65536
_LOST = (aiosmtplib.SMTPException, OSError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How to talk to the relay; times in seconds.

    ``final_seconds`` is for the reply to the final dot, which may take long
    (RFC 5321, 4.5.3.2.6). Without ``tls`` the system's certificates count.
    """

    hostname: str | None = None
    tls: ssl.SSLContext | None = None
    max_connections: int = 4
    per_domain: int = 4
    max_uses: int = 100
    idle_seconds: float = 30.0
    seconds: float = 60.0
    final_seconds: float = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A mail in its envelope."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


class SessionError(Exception):
    """There is no session with the relay; the text says why."""


class Lmtp(aiosmtplib.SMTP):
    """LMTP for one recipient a mail: only the greeting differs (RFC 2033)."""

    @override
    async def ehlo(
        self,
        *,
        hostname: str | None = None,
        timeout: object = None,
    ) -> aiosmtplib.SMTPResponse:
        name = hostname or self.local_hostname or "localhost"
        response = await self.execute_command(b"LHLO", name.encode("ascii"))
        if response.code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPHeloError(response.code, response.message)
        self.last_ehlo_response = response
        return response


class Link:
    """A session that carries mails one after another."""

    def __init__(self, server: Server, manner: Manner) -> None:
        self._server = server
        self._manner = manner
        client = Lmtp if server.scheme == "lmtp" else aiosmtplib.SMTP
        self._client = client(
            hostname=server.host,
            port=server.port,
            use_tls=server.scheme == "smtps",
            local_hostname=manner.hostname,
            tls_context=manner.tls,
            timeout=manner.seconds,
        )
        self._uses = 0
        self._begun = False  # the server knows of the mail under way
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        return self._client.is_connected and self._uses < self._manner.max_uses

    @property
    def limit(self) -> int:
        """The bytes of the largest mail it takes; 0 if it does not say."""
        said = self._client.esmtp_extensions.get("size", "")
        return int(said) if said.isascii() and said.isdigit() else 0

    async def open(self) -> None:
        """Connect, greet, start TLS if offered, log in; raise ``SessionError``."""
        try:
            await self._client.connect()
            await self._greet()
            if self._server.username is not None:
                await self._log_in(self._server.username)
        except _LOST as error:
            self.close()
            raise SessionError(words_of(error)) from error
        except asyncio.CancelledError:
            self.close()
            raise

    async def _greet(self) -> None:
        if not self._client.is_ehlo_or_helo_needed:
            return
        try:
            await self._client.ehlo()
        except aiosmtplib.SMTPHeloError:
            if not self._client.is_connected:
                raise
            await self._client.helo()

    async def _log_in(self, username: str) -> None:
        secure = self._client.get_transport_info("sslcontext") is not None
        if not (secure or self._server.is_loopback):
            raise aiosmtplib.SMTPException(
                "no TLS is offered, so user and password were not sent"
            )
        await self._client.login(username, self._server.password)

    async def deliver(self, parcel: Parcel) -> Answer | TooLarge | None:
        """Send a mail; None if the server had left a session that was kept."""
        if 0 < self.limit < len(parcel.content):
            return TooLarge(limit=self.limit)
        self._uses += 1
        self._begun = False
        answer = await self._attempt(parcel)
        left = self._uses > 1 and not self._begun and not self._client.is_connected
        return None if left and isinstance(answer, Later) else answer

    async def _attempt(self, parcel: Parcel) -> Answer:
        try:
            refusal = await self._offer(parcel)
            if refusal is not None:
                return refusal
            await self._write(parcel.content)
        except _LOST as error:
            self.close()
            return Later(f"before the end of the mail: {words_of(error)}")
        return await self._finish()

    async def _offer(self, parcel: Parcel) -> Answer | None:
        if parcel.needs_utf8 and not self._client.supports_extension("smtputf8"):
            return Never("the relay takes no addresses beyond ASCII (SMTPUTF8)")
        sender = b"FROM:<%s>" % parcel.sender.encode()
        recipient = b"TO:<%s>" % parcel.recipient.encode()
        for wanted, command in (
            ({250}, (b"MAIL", sender, *self._options(parcel))),
            ({250, 251}, (b"RCPT", recipient)),
            ({354}, (b"DATA",)),
        ):
            response = await self._client.execute_command(*command)
            if response.code not in wanted:
                await self._reset()
                return meaning(command[0].decode(), response)
            self._begun = True
        return None

    def _options(self, parcel: Parcel) -> list[bytes]:
        options = []
        if self._client.supports_extension("size"):
            options.append(b"SIZE=%d" % len(parcel.content))
        if self._client.supports_extension("8bitmime") and not parcel.content.isascii():
            options.append(b"BODY=8BITMIME")
        if parcel.needs_utf8:
            options.append(b"SMTPUTF8")
        return options

    async def _reset(self) -> None:
        if not self._client.is_connected:
            return
        try:
            await self._client.rset()
        except _LOST:
            self.close()  # the refusal counts; the session just ends here

    async def _write(self, content: bytes) -> None:
        """Write all but the final dot and wait until it has left us.

        Only then does a lost answer mean that the mail may have been taken.
        """
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("connection lost")
        # 1 and not 0: asyncio's TLS would pause on an empty buffer and not resume.
        # It may keep 64 KiB more below; then uncertain is said too often, never
        # too seldom.
        cast("asyncio.Transport", protocol.transport).set_write_buffer_limits(high=1)
        body = _stuffed(content)
        for start in range(0, len(body), _PIECE):
            protocol.write(body[start : start + _PIECE])
            async with asyncio.timeout(self._manner.seconds):
                await protocol._drain_helper()  # noqa: SLF001 # made for StreamWriter, which would own the transport

    async def _finish(self) -> Answer:
        protocol = self._client.protocol
        try:
            if protocol is None:
                raise aiosmtplib.SMTPServerDisconnected("connection lost")
            protocol.write(b".\r\n")
        except _LOST as error:
            self.close()
            return Later(f"before the end of the mail: {words_of(error)}")
        try:
            response = await protocol.read_response(timeout=self._manner.final_seconds)
        except _LOST as error:
            self.close()
            return Uncertain(f"{FINAL}: {words_of(error)}")
        if response.code == aiosmtplib.SMTPStatus.domain_unavailable:
            self.close()
        return meaning(FINAL, response)

    async def quit(self) -> None:
        with contextlib.suppress(*_LOST):  # there is nothing left to lose
            await self._client.quit(timeout=5)
        self.close()

    def close(self) -> None:
        transport = cast("asyncio.Transport | None", self._client.transport)
        self._client.close()
        if transport is not None:
            transport.abort()  # what is not sent yet must not be sent later


def _stuffed(content: bytes) -> bytes:
    """Return content with CR LF line ends and transparency dots."""
    body = _BARE_ENDS.sub(b"\r\n", content)
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    if body.startswith(b"."):
        body = b"." + body
    return body.replace(b"\r\n.", b"\r\n..")
