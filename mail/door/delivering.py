"""The part of the dialog that hands over a mail: MAIL, RCPT, DATA and the dot."""

from __future__ import annotations

import asyncio

from typing_extensions import override

from mail.door.connection import Connection
from mail.door.intake import Intake
from mail.door.reception import Accepted
from mail.door.refusals import Refusal
from mail.door.transaction import INVITATION, Transaction


class Delivering(Connection):
    """Takes mail after mail, each committed before its 250."""

    _helo = ""
    _secure = False
    _empty_talk = 0  # commands since the last mail that bring none nearer
    _transaction: Transaction

    @override
    def _set_post_data_state(self) -> None:
        self._transaction = Transaction(self._house, self._guest)

    @override
    def _set_rset_state(self) -> None:
        self._set_post_data_state()

    @override
    async def smtp_MAIL(self, arg: str | None) -> None:
        needs_tls = self._house.limits.tls_required and not self._guest.trusted
        if not self._helo:
            await self.push(Refusal.NO_HELLO)
        elif needs_tls and not self._secure:
            await self.push(Refusal.TLS_FIRST)
        else:
            await self.push(self._transaction.mail(arg or ""))

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        await self.push(self._transaction.rcpt(arg or ""))

    @override
    async def smtp_DATA(self, arg: str) -> None:
        reply = self._transaction.data(arg)
        if reply != INVITATION:
            await self.push(reply)
            return
        self._busy = True
        try:
            await self._receive()
        finally:
            self._busy = False

    async def _receive(self) -> None:
        intake = self._intake = Intake(self._house.room, self._guest)
        try:
            self._reset_timeout()
            await self.push(INVITATION)
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
            return await asyncio.shield(self._house.keep(accepted, self._guest, held))
        finally:
            self._keeping = False
            self._progress = self._since = self.loop.time()

    async def _answer(self, reply: str) -> None:
        """Say it once, by LMTP for each recipient (RFC 2033, 4.2)."""
        more = len(self._transaction.recipients) - 1 if self._house.lmtp else 0
        self._set_post_data_state()
        if more:
            self._writer.write(f"{reply}\r\n".encode() * more)
        await self.push(reply)
        if not isinstance(reply, Refusal):
            self._errors = self._empty_talk = 0
            self._house.accepted_250 += 1
