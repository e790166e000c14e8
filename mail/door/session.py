"""The dialog with one client, from the greeting to its last command."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from typing_extensions import override

from mail.door.delivering import Delivering
from mail.door.refusals import Refusal
from mail.paths import read_command

log = structlog.get_logger()

_COMMON = frozenset(
    {"MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "STARTTLS"}
)
_VERBS = {False: _COMMON | {"EHLO", "HELO"}, True: _COMMON | {"LHLO"}}
# RFC 2920, 3.1: a client must wait for the answer to these.
_LAST_IN_GROUP = frozenset(
    {"EHLO", "HELO", "LHLO", "DATA", "STARTTLS", "VRFY", "EXPN", "NOOP"}
)
#: Whoever says these takes the rest of what they send for something else.
_FORBIDDEN = frozenset({"BDAT", "CONNECT", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
#: Commands that bring no mail nearer; beyond some, each counts as an error.
_EMPTY = frozenset({"RSET", "NOOP", "VRFY", "EXPN", "EHLO", "HELO", "LHLO"})
_MOST_EMPTY = 100


class Conversation(Delivering):
    """Reads commands and answers them, with enhanced codes (RFC 2034).

    Commands end with CR LF, and the trouble of ours is told as 451 without its
    text.
    """

    _may_pipeline = False  # EHLO told it that it may

    @override
    async def _handle_client(self) -> None:
        left = (ConnectionError, asyncio.IncompleteReadError)  # an end like another
        with contextlib.closing(self._writer), contextlib.suppress(*left):
            await self._greet()
            while not self._writer.is_closing():
                await self._next_command()

    async def _greet(self) -> None:
        delay = self._house.limits.greeting_delay
        if delay and not self._guest.trusted:
            await asyncio.sleep(delay)
        if self._pending():
            self._hang_up(Refusal.EARLY)
            return
        protocol = "LMTP" if self._house.lmtp else "ESMTP"
        await self.push(f"220 {self.hostname} {protocol}")

    async def _next_command(self) -> None:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            self._hang_up(Refusal.LONG_LINE)
            return
        self._since = self.loop.time()
        command = read_command(line)
        if command is None:
            await self.push(Refusal.NO_COMMAND)
        else:
            await self._obey(*command)
        if self._leaving:
            self.end()
        elif self._errors > self._house.room.patience.max_errors:
            self._hang_up(Refusal.ERRORS)

    async def _obey(self, verb: str, argument: str) -> None:
        if verb in _FORBIDDEN or (verb and not verb[0].isalpha()):
            self._hang_up(Refusal.FORBIDDEN)
        elif verb not in _VERBS[self._house.lmtp]:
            await self.push(Refusal.UNKNOWN)
        elif self._pending() and (verb in _LAST_IN_GROUP or not self._may_pipeline):
            self._hang_up(Refusal.PIPELINED)
        else:
            self._hear(verb)
            await self._do(verb, argument)

    def _hear(self, verb: str) -> None:
        if verb in _EMPTY:
            self._empty_talk += 1
            self._errors += self._empty_talk > _MOST_EMPTY

    async def _do(self, verb: str, argument: str) -> None:
        try:
            await getattr(self, f"smtp_{verb}")(argument)
        except ConnectionError:
            raise
        except Exception:  # the client must hear 451 and no details
            log.exception("smtp.failed", peer=self._peer, verb=verb)
            await self.push(Refusal.TROUBLE)

    @override
    async def smtp_HELO(self, hostname: str) -> None:
        if await self._meet(hostname):
            await self.push(f"250 {self.hostname}")

    @override
    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._meet(hostname):
            return
        self._may_pipeline = True
        lines = [self.hostname, f"SIZE {self._house.limits.max_size}", "8BITMIME"]
        # The last two are what LMTP demands: RFC 2033, 5.
        lines += ["SMTPUTF8", "ENHANCEDSTATUSCODES", "PIPELINING"]
        if self._house.tls is not None and not self._secure:
            lines.append("STARTTLS")
        rest = "".join(f"250-{line}\r\n" for line in lines[:-1])
        await self.push(f"{rest}250 {lines[-1]}")

    smtp_LHLO = smtp_EHLO  # noqa: N815 # aiosmtpd finds verbs by this name

    async def _meet(self, hostname: str) -> bool:
        if not hostname:
            await self.push(Refusal.NAMELESS)
            return False
        self._helo = hostname
        self._may_pipeline = False
        self._set_rset_state()
        return True

    @override
    async def smtp_STARTTLS(self, arg: str) -> None:
        if arg or self._house.tls is None or self._secure:
            await self.push(Refusal.NO_TLS)
            return
        tls = self._house.tls.context()
        # From here to start_tls nothing may wait: the client's first bytes of
        # TLS would be taken for a command.
        self._writer.write(b"220 2.0.0 Ready to start TLS\r\n")
        if not await self._start_tls(tls):
            log.info("smtp.no_tls", peer=self._peer)
            self.connection_lost(None)
            return
        self._secure = True
        self._helo = ""  # RFC 3207, 4.2: what was said in the clear counts no more
        self._may_pipeline = False
        self._set_rset_state()

    @override
    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.5.2 Send the mail and see")

    @override
    async def smtp_EXPN(self, arg: str) -> None:
        await self.push(Refusal.LISTS)

    @override
    async def smtp_NOOP(self, arg: str) -> None:
        await self.push("250 2.0.0 OK")

    @override
    async def smtp_RSET(self, arg: str) -> None:
        if arg:
            await self.push(Refusal.NO_ARGUMENT)
            return
        self._set_rset_state()
        await self.push("250 2.0.0 OK")

    @override
    async def smtp_QUIT(self, arg: str) -> None:
        if arg:
            await self.push(Refusal.NO_ARGUMENT)
            return
        await self.push("221 2.0.0 Bye")
        self._writer.close()
