"""The dialog with one client, from the greeting to its last command."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from typing_extensions import override

from mail.connection import Connection
from mail.intake import Intake
from mail.paths import read_command
from mail.reception import Accepted
from mail.transaction import Transaction

log = structlog.get_logger()

# RFC 2920, 3.1: a client must wait for the answer to these.
_LAST_IN_GROUP = frozenset({"EHLO", "HELO", "LHLO", "DATA", "STARTTLS"})
_COMMON = frozenset(
    {"MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "STARTTLS"}
)
_VERBS = {False: _COMMON | {"EHLO", "HELO"}, True: _COMMON | {"LHLO"}}


class Conversation(Connection):
    """Reads commands and answers them, with enhanced codes (RFC 2034).

    Commands end with CR LF, and the trouble of ours is told as 451 without its
    text.
    """

    _helo = ""
    _secure = False
    _transaction: Transaction

    @override
    def _set_post_data_state(self) -> None:
        self._transaction = Transaction(self._house)

    @override
    def _set_rset_state(self) -> None:
        self._set_post_data_state()

    @override
    async def _handle_client(self) -> None:
        left = (ConnectionError, asyncio.IncompleteReadError)  # an end like another
        with contextlib.closing(self._writer), contextlib.suppress(*left):
            await self._greet()
            while not self._writer.is_closing():
                await self._next_command()

    async def _greet(self) -> None:
        if self._house.limits.greeting_delay:
            await asyncio.sleep(self._house.limits.greeting_delay)
            if self._pending():
                self._hang_up("554 5.5.1 You spoke before the greeting")
                return
        protocol = "LMTP" if self._house.lmtp else "ESMTP"
        await self.push(f"220 {self.hostname} {protocol}")

    async def _next_command(self) -> None:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            self._hang_up("500 5.5.2 Line too long")
            return
        self._since = self.loop.time()
        command = read_command(line)
        if command is None:
            await self.push("500 5.5.2 A command is UTF-8 text that ends with CR LF")
        else:
            await self._obey(*command)
        if self._leaving:
            self.end()
        elif self._errors > self._house.limits.max_errors:
            self._hang_up("421 4.7.0 Too many errors")

    async def _obey(self, verb: str, argument: str) -> None:
        if verb not in _VERBS[self._house.lmtp]:
            await self.push("500 5.5.1 Command not known")
            return
        if verb in _LAST_IN_GROUP and self._pending():
            self._hang_up(f"554 5.5.0 Wait for the answer to {verb}")
            return
        try:
            await getattr(self, f"smtp_{verb}")(argument)
        except ConnectionError:
            raise
        except Exception:  # the client must hear 451 and no details
            log.exception("smtp.failed", peer=self._peer, verb=verb)
            await self.push("451 4.3.0 Trouble on our side, try again later")

    @override
    async def smtp_HELO(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 5.5.4 Say your host name")
            return
        self._helo = hostname
        self._set_rset_state()
        await self.push(f"250 {self.hostname}")

    @override
    async def smtp_EHLO(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 5.5.4 Say your host name")
            return
        self._helo = hostname
        self._set_rset_state()
        lines = [self.hostname, f"SIZE {self._house.limits.max_size}", "8BITMIME"]
        # The last two are what LMTP demands: RFC 2033, 5.
        lines += ["SMTPUTF8", "ENHANCEDSTATUSCODES", "PIPELINING"]
        if self._house.tls is not None and not self._secure:
            lines.append("STARTTLS")
        rest = "".join(f"250-{line}\r\n" for line in lines[:-1])
        await self.push(f"{rest}250 {lines[-1]}")

    smtp_LHLO = smtp_EHLO  # noqa: N815 # aiosmtpd finds verbs by this name

    @override
    async def smtp_STARTTLS(self, arg: str) -> None:
        if arg or self._house.tls is None or self._secure:
            await self.push("503 5.5.1 STARTTLS is not possible here")
            return
        # From here to start_tls nothing may wait: the client's first bytes of
        # TLS would be taken for a command.
        self._writer.write(b"220 2.0.0 Ready to start TLS\r\n")
        if not await self._start_tls(self._house.tls):
            log.info("smtp.no_tls", peer=self._peer)
            self.connection_lost(None)
            return
        self._secure = True
        self._helo = ""  # RFC 3207, 4.2: what was said in the clear counts no more
        self._set_rset_state()

    @override
    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.5.2 Send the mail and see")

    @override
    async def smtp_EXPN(self, arg: str) -> None:
        await self.push("502 5.5.1 Lists are not told")

    @override
    async def smtp_NOOP(self, arg: str) -> None:
        await self.push("250 2.0.0 OK")

    @override
    async def smtp_RSET(self, arg: str) -> None:
        if arg:
            await self.push("501 5.5.4 Syntax: RSET")
            return
        self._set_rset_state()
        await self.push("250 2.0.0 OK")

    @override
    async def smtp_QUIT(self, arg: str) -> None:
        if arg:
            await self.push("501 5.5.4 Syntax: QUIT")
            return
        await self.push("221 2.0.0 Bye")
        self._writer.close()

    @override
    async def smtp_MAIL(self, arg: str | None) -> None:
        if not self._helo:
            await self.push("503 5.5.1 Say EHLO first")
            return
        await self.push(self._transaction.mail(arg or ""))

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        await self.push(self._transaction.rcpt(arg or ""))

    @override
    async def smtp_DATA(self, arg: str) -> None:
        reply = self._transaction.data(arg)
        if not reply.startswith("354"):
            await self.push(reply)
            return
        self._busy = True
        try:
            await self._receive(reply)
        finally:
            self._busy = False

    async def _receive(self, invitation: str) -> None:
        intake = self._intake = Intake(self._house.room, self._house.limits)
        try:
            self._reset_timeout()
            await self.push(invitation)
            await intake.ended
            reply = intake.refusal or await self._keep(intake)
        finally:
            intake.release()
            if self._intake is not None:  # the rest of a mail is no commands
                self._intake = None
                self._writer.close()
        await self._answer(reply)

    async def _keep(self, intake: Intake) -> str:
        received_at = self._house.clock()
        content, held = intake.hand_over()
        accepted = Accepted(
            mail_from=self._transaction.sender or "",
            rcpt_tos=tuple(self._transaction.recipients),
            content=content,
            peer=self._peer,
            helo=self._helo,
            received_at=received_at,
        )
        self._keeping = True
        try:
            return await asyncio.shield(self._house.keep(accepted, held))
        finally:
            self._keeping = False
            self._progress = self._since = self.loop.time()

    async def _answer(self, reply: str) -> None:
        times = len(self._transaction.recipients) if self._house.lmtp else 1
        self._set_post_data_state()
        await self.push("\r\n".join([reply] * times))
        if reply.startswith("250"):
            self._errors = 0
            self._house.accepted_250 += 1
