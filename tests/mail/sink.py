"""An SMTP server that answers as a script says, phase by phase, and keeps the rest."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from typing_extensions import override

from mail.door.certificate import Certificate

DROP = "drop"  # cut the connection
HANG = "hang"  # never answer
CERTIFICATE = Path(__file__).parent / "tls" / "localhost.pem"


def server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def certificate() -> Certificate:
    return Certificate(cert=CERTIFICATE, key=None)


def client_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


class Script:
    """What to answer, and what came.

    ``answers[phase]`` are used up one by one, then the phase goes well. Phases:
    greeting, EHLO, MAIL, RCPT, DATA, body (only DROP), dot, RSET.
    """

    def __init__(self, **answers: list[str]) -> None:
        self._answers = answers
        self.port = 0
        self.connections = 0
        self.quits = 0
        self.quit_heard = asyncio.Event()
        self.open: set[asyncio.BaseTransport] = set()
        self.logins: list[bytes] = []
        self.secure: list[bool] = []
        self.mails: list[Envelope] = []

    def plan(self, **answers: list[str]) -> None:
        self._answers.update(answers)

    def next(self, phase: str) -> str | None:
        waiting = self._answers.get(phase)
        return waiting.pop(0) if waiting else None

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.next("dot")
        if answer is None or answer.startswith("2"):
            self.mails.append(envelope)
            self.secure.append(session.ssl is not None)
        if answer in {DROP, HANG}:
            await play(server, answer)
        return answer or "250 2.0.0 Queued as 42"

    def authenticate(self, *arguments: Any) -> AuthResult:
        login = arguments[-1]
        self.logins.append(login.login)
        return AuthResult(success=login.password == b"right", handled=False)


async def play(server: SMTP, answer: str) -> None:
    if answer == HANG:
        await asyncio.sleep(3600)
    elif answer == DROP:
        cast("asyncio.Transport", server.transport).abort()
        await asyncio.sleep(3600)  # until the loss cancels it
    else:
        await server.push(answer)


class Sink(SMTP):
    @property
    def script(self) -> Script:
        script: Script = self.event_handler
        return script

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.script.open.add(transport)
        super().connection_made(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.script.open = {one for one in self.script.open if not one.is_closing()}

    async def _played(self, phase: str) -> bool:
        answer = self.script.next(phase)
        if answer is None:
            return False
        await play(self, answer)
        if answer.startswith("421"):
            assert self.transport is not None
            self.transport.close()
        return True

    @override
    async def _handle_client(self) -> None:
        self.script.connections += 1
        if await self._played("greeting"):
            await asyncio.sleep(3600)
        await super()._handle_client()

    @override
    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._played("EHLO"):
            await super().smtp_EHLO(hostname)

    @override
    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._played("MAIL"):
            await super().smtp_MAIL(arg)

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._played("RCPT"):
            await super().smtp_RCPT(arg)

    @override
    async def smtp_DATA(self, arg: str) -> None:
        if await self._played("DATA"):
            return
        answer = self.script.next("body")
        if answer is not None:
            await self.push("354 Go on")
            await self._reader.read(1000)
            await play(self, answer)
        await super().smtp_DATA(arg)

    @override
    async def smtp_RSET(self, arg: str) -> None:
        if not await self._played("RSET"):
            await super().smtp_RSET(arg)

    @override
    async def smtp_QUIT(self, arg: str) -> None:
        self.script.quits += 1
        self.script.quit_heard.set()
        await super().smtp_QUIT(arg)


class LmtpSink(LMTP, Sink):
    """The same with LHLO."""


@asynccontextmanager
async def open_sink(script: Script, **settings: Any) -> AsyncIterator[Script]:
    kind = LmtpSink if settings.pop("lmtp", False) else Sink
    smtps = server_tls() if settings.pop("smtps", False) else None
    if settings.pop("starttls", False):
        settings["tls_context"] = server_tls()
    if settings.pop("auth", False):
        settings["authenticator"] = script.authenticate
        settings["auth_require_tls"] = False
    loop = asyncio.get_running_loop()
    port = settings.pop("port", 0)
    server = await loop.create_server(
        lambda: kind(script, loop=loop, hostname="sink.example", **settings),
        "127.0.0.1",
        port,
        ssl=smtps,
    )
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for transport in script.open:
            transport.close()
        await asyncio.sleep(0.01)  # for the loop to let go of them
