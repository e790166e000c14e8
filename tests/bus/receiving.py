"""Receivers of events by HTTP: one lets nothing pass, one follows a script."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.http import HttpServer
from bus.manner import Posting
from bus.receiver import read_receiver
from bus.signing import read_secret
from bus.webhook import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 # a published example
FORMER = "whsec_Zm9ybWVyIHNlY3JldCBvZiB0aGUgZGVzaw=="  # as above
#: Shorter than in earnest, and still long for two busy cores.
POSTING = Posting(open=5.0, answer=10.0, wave=15.0, words=0.5, close=1.0)
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
Said = dict[str, Any]


@dataclass(kw_only=True)
class Strict:
    """Takes an event that is whole and signed, unless ``answer`` says otherwise.

    It takes ``pause`` seconds to think. ``taken`` are the bodies it said yes to,
    ``heard`` everything it was sent.
    """

    secret: str = SECRET
    answer: Callable[[Said], Response | None] = lambda _: None
    pause: float = 0.0
    taken: list[bytes] = field(default_factory=list)
    heard: list[Request] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            return await self._take(request)
        finally:
            self.at_once -= 1

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.heard.append(request)
        await asyncio.sleep(self.pause)
        try:
            said = self._checked(dict(request.headers), body)
        except WebhookVerificationError as error:
            return PlainTextResponse(str(error), 401)
        refused = self.answer(said)
        if refused is not None:
            return refused
        self.taken.append(body)
        return Response(status_code=202)

    def _checked(self, headers: dict[str, str], body: bytes) -> Said:
        Verifier(self.secret).verify(body, headers)
        assert headers["content-type"] == CONTENT_TYPE
        parsed = from_structured_event(HTTPMessage(headers, body))
        assert parsed.get_id() == headers["webhook-id"]
        said: Said = json.loads(body)
        return said


@asynccontextmanager
async def receiving(strict: Strict, *, port: int = 0) -> AsyncIterator[str]:
    """Serve it; give its address."""
    app = Starlette(routes=[Route("/in", strict.take, methods=["POST"])])
    server = HttpServer(app, host="127.0.0.1", port=port)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}/in"
    finally:
        await server.stop()


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def scripted(
    script: Script, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Let a script answer each connection; give the address without the scheme."""
    playing: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        playing.add(task)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side has gone, as many tests want, or the test has ended
        finally:
            playing.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(play, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in list(playing):
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def read_post(reader: asyncio.StreamReader) -> bytes:
    """Read a whole request; return its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    (length,) = [
        int(line.partition(b":")[2])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    ]
    return await reader.readexactly(length)


@asynccontextmanager
async def posting_to(url: str, *secrets: str, **posting: Any) -> AsyncIterator[Webhook]:
    """Give a publisher, and see that it closes."""
    publisher = Webhook(
        read_receiver(url),
        replace(POSTING, **posting),
        keys=[read_secret(one) for one in secrets or (SECRET,)],
    )
    try:
        yield publisher
    finally:
        await publisher.close()
