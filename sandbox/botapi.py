"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.calls import Call
from sandbox.errors import ApiError, bad_request
from sandbox.faults import Fault
from sandbox.methods.media import MAX_UPLOAD
from sandbox.methods.table import METHODS
from sandbox.params import Params, read_params
from sandbox.telegram import Telegram
from sandbox.updates import Poll

# A body may be a little larger than the file in it.
MAX_BODY = MAX_UPLOAD + 1_000_000


class BotApi:
    """Answers the bot; ``hang_up`` closes a request's connection unanswered."""

    def __init__(self, telegram: Telegram, hang_up: Callable[[Request], None]) -> None:
        self._telegram = telegram
        self._hang_up = hang_up

    async def handle(self, request: Request) -> Response:
        """Answer one call, or do to it what a fault says."""
        name = request.path_params["method"]
        if request.path_params["token"] != self._telegram.token:
            return _failed(ApiError(401, "Unauthorized"))
        try:
            params = await _read(request)
        except ApiError as error:
            return _failed(error)
        shown = params.shown()
        fault = self._telegram.faults.strike(name, shown)
        log = _Entry(self._telegram, name, shown, fault=fault)
        if fault is None:
            return log.answered(*await self._perform(name, params))
        return await self._misbehave(request, params, log, fault=fault)

    async def send_file(self, request: Request) -> Response:
        telegram = self._telegram
        if request.path_params["token"] != telegram.token:
            return _failed(ApiError(401, "Unauthorized"))
        path = request.path_params["path"]
        for stored in telegram.world.files.values():
            if stored.path == path:
                content = telegram.files.read(stored.number)
                return Response(content, media_type="application/octet-stream")
        return _failed(ApiError(404, "Not Found"))

    async def _perform(self, name: str, params: Params) -> tuple[int, Any]:
        try:
            return 200, {"ok": True, "result": await self._run(name, params)}
        except ApiError as error:
            return error.code, error.body()

    async def _run(self, name: str, params: Params) -> Any:
        telegram = self._telegram
        if name.lower() == "getupdates":
            return await telegram.updates.get(_poll(params))
        method = METHODS.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found")
        chat_id = params.text("chat_id")
        if chat_id.lstrip("-").isdecimal():
            telegram.rates.spend(int(chat_id), method.cost(params))
        return method.run(telegram, params)

    async def _misbehave(
        self, request: Request, params: Params, log: _Entry, *, fault: Fault
    ) -> Response:
        await asyncio.sleep(fault.delay)
        if fault.action == "silence":
            log.unanswered(done=False)
            return await self._vanish(request, hang_up=False)
        if fault.action == "drop_before":
            log.unanswered(done=False)
            return await self._vanish(request, hang_up=True)
        if fault.action == "respond":
            return log.lied(fault, done=False)
        status, body = await self._perform(log.name, params)
        if fault.action == "delay":
            return log.answered(status, body)
        if fault.action == "respond_after":
            return log.lied(fault, done=status == 200)
        log.unanswered(done=status == 200)
        return await self._vanish(request, hang_up=True)

    async def _vanish(self, request: Request, *, hang_up: bool) -> Response:
        """Wait until the client is gone, or make it go; the answer reaches nobody."""
        if hang_up:
            self._hang_up(request)
        gone = asyncio.create_task(_disconnection(request))
        closing = asyncio.create_task(self._telegram.closing.wait())
        await asyncio.wait((gone, closing), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        closing.cancel()
        return Response(status_code=502)


class _Entry:
    """A call on its way into the log."""

    def __init__(
        self,
        telegram: Telegram,
        name: str,
        shown: dict[str, Any],
        *,
        fault: Fault | None,
    ) -> None:
        self.name = name
        self._telegram = telegram
        self._shown = shown
        self._fault = fault
        self._at = telegram.clock()

    def answered(self, status: int, body: Any) -> Response:
        self._add(status, body, done=status == 200)
        return _reply(status, body)

    def unanswered(self, *, done: bool) -> None:
        self._add(0, None, done=done)

    def lied(self, fault: Fault, *, done: bool) -> Response:
        self._add(fault.status, fault.body, done=done)
        return _reply(fault.status, fault.body)

    def _add(self, status: int, answer: Any, *, done: bool) -> None:
        calls = self._telegram.calls
        calls.add(
            Call(
                id=calls.next_id(),
                at=self._at,
                method=self.name,
                params=self._shown,
                status=status,
                answer=answer,
                done=done,
                fault=self._fault.action if self._fault else None,
            )
        )


async def _read(request: Request) -> Params:
    media_type = request.headers.get("content-type", "")
    return read_params(request.url.query, media_type, await read_body(request))


async def read_body(request: Request) -> bytes:
    """Read the body; one that is too large is read to its end and refused.

    A client that is still writing would see a broken connection, not the 413.
    """
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        chunks.append(chunk if size <= MAX_BODY else b"")
    if size > MAX_BODY:
        raise ApiError(413, "Request Entity Too Large")
    return b"".join(chunks)


async def _disconnection(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _poll(params: Params) -> Poll:
    named = "allowed_updates" in params.values
    allowed = params.listed("allowed_updates") if named else None
    if allowed is not None and not all(isinstance(kind, str) for kind in allowed):
        raise bad_request("allowed_updates must be strings")
    return Poll(
        offset=params.integer("offset") or 0,
        limit=params.integer("limit") or 100,
        timeout=params.integer("timeout") or 0,
        allowed=allowed,
    )


def _failed(error: ApiError) -> Response:
    return _reply(error.code, error.body())


def _reply(status: int, body: Any) -> Response:
    """Answer JSON, or HTML if the body is a string; 429 names its pause twice."""
    if isinstance(body, str):
        return HTMLResponse(body, status)
    headers = {}
    if isinstance(body, dict) and "retry_after" in body.get("parameters", {}):
        headers["Retry-After"] = str(body["parameters"]["retry_after"])
    return JSONResponse(body, status, headers)
