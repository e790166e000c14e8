"""A client's connection to the door: its bytes, its deadlines and its end."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, AnyStr, cast

import structlog
from aiosmtpd.smtp import SMTP
from typing_extensions import override

from mail.door.intake import Intake
from mail.door.reception import Reception
from mail.door.refusals import Refusal
from mail.door.room import Guest

log = structlog.get_logger()

_LAST_WORDS = 5.0  # seconds for a client to take the reply before it is cut off
_GLANCE = 10.0  # seconds after which a crowd is noticed that shortens the deadlines


class Connection(SMTP):
    """aiosmtpd's protocol with bounds.

    The bytes of a mail are gathered as they come and not line by line through
    the reader; one timer knows the deadlines of line, mail and session; the
    client's end does not cancel what it asked for before.
    """

    line_length_limit = 2048  # of a command; a mail's lines may have any length
    _guest: Guest  # while it is counted in

    def __init__(
        self, house: Reception, on_close: Callable[[Connection], None]
    ) -> None:
        # SMTP.__init__ finds its methods by reflection, a tenth of a millisecond
        # for each connection; what of its state is in use is set here.
        self.loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self.line_length_limit, loop=self.loop)
        asyncio.StreamReaderProtocol.__init__(
            self, reader, self._cb_client_connected, self.loop
        )
        self.hostname = house.hostname
        self.enable_SMTPUTF8 = True
        self.transport = None
        self._original_transport = None
        self._timeout_handle = None
        self._handle_hooks: dict[str, Callable[..., Any]] = {}
        self._house = house
        self._on_close = on_close
        self._peer = ""
        self._counted_in = False
        self._intake: Intake | None = None
        self._busy = False  # a mail is coming or being kept
        self._keeping = False
        self._handshaking = False
        self._leaving = False
        self._errors = 0
        self._progress = self._since = self.loop.time()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A client that is gone already has no name.
        host, port = (transport.get_extra_info("peername") or ("unknown", 0))[:2]
        self._peer = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        guest = Refusal.CLOSING if self._leaving else self._house.room.enter(host)
        if isinstance(guest, Guest):
            self._guest = guest
            self._counted_in = True
            super().connection_made(transport)
            return
        self._house.refused[guest] += 1
        cast("asyncio.Transport", transport).write(f"{guest}\r\n".encode())
        transport.close()

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self._on_close(self)
        if self._counted_in:  # comes twice if a TLS handshake fails
            self._guest.leave()
            self._counted_in = False
            super().connection_lost(error)

    @override
    def data_received(self, data: bytes) -> None:
        intake = self._intake
        if intake is None:
            super().data_received(data)
            return
        rest = intake.feed(data)
        if rest is not None:
            self._intake = None
            super().data_received(rest)
        elif intake.refusal and intake.hopeless:
            self._hang_up(intake.refusal)

    @override
    def eof_received(self) -> bool | None:
        # Not SMTP's, which cancels: what came before the end is still answered.
        if self._intake is not None:
            self._writer.close()
        return asyncio.StreamReaderProtocol.eof_received(self)

    async def _start_tls(self, tls: ssl.SSLContext) -> bool:
        """Go on under TLS; false if the handshake failed."""
        self._handshaking = True
        try:
            transport = await self.loop.start_tls(
                self._writer.transport, self, tls, server_side=True
            )
        except OSError:
            return False
        if transport is None:  # cut off meanwhile
            return False
        self._handshaking = False
        self.transport = self._transport = transport
        self._over_ssl = True
        stream: Any
        for stream in (self._reader, self._writer):
            stream._transport = transport  # noqa: SLF001 # aiosmtpd does it so too
        return True

    def _pending(self) -> bool:
        """Whether the client has said more than was read."""
        return bool(self._reader._buffer)  # type: ignore[attr-defined] # noqa: SLF001 # has no public face

    def _due(self) -> float:
        patience = self._house.room.patience
        if self._keeping:  # the client waits for us
            return self.loop.time() + patience.command_seconds
        line = self._since + patience.command_seconds
        current = line if self._intake is None else self._intake.due
        return min(current, self._progress + patience.session_seconds)

    @override
    def _reset_timeout(self, duration: float | None = None) -> None:
        del duration  # ours are in the limits
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        soon = min(self._due(), self.loop.time() + _GLANCE)
        self._timeout_handle = self.loop.call_at(soon, self._timeout_cb)

    @override
    def _timeout_cb(self) -> None:
        if self._due() > self.loop.time():
            self._reset_timeout()
            return
        log.info("smtp.too_slow", peer=self._peer, in_mail=self._intake is not None)
        self._timeout_handle = self.loop.call_later(_LAST_WORDS, self._timeout_cb)
        self._hang_up(Refusal.SLOW)

    def leave(self) -> None:
        """Close with 421 as soon as no mail is under way."""
        self._leaving = True
        if not self._busy:
            self.end()

    def end(self) -> None:
        """Close with 421 now."""
        self._hang_up(Refusal.CLOSING)

    def _hang_up(self, reply: Refusal) -> None:
        transport = cast("asyncio.Transport | None", self.transport)
        if transport is None:
            return
        if self._handshaking:
            transport.abort()
            self.connection_lost(None)  # the loop tells it only of sessions under TLS
            return
        if transport.is_closing():
            transport.abort()
            return
        self._refused(reply)
        transport.write(f"{reply}\r\n".encode())
        transport.close()

    @override
    async def push(self, status: AnyStr) -> None:
        if isinstance(status, Refusal):
            self._refused(status)
        await super().push(status)

    def _refused(self, refusal: Refusal) -> None:
        self._errors += 1
        self._house.refused[refusal] += 1
