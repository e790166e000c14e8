"""The service over HTTP: health, metrics, and files behind signed addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Protocol
from urllib.parse import quote

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from typing_extensions import override

#: Seconds that an answer under way may take when stopping.
GRACE = 3
#: What a browser may do with a file that a stranger sent: save it.
HARMLESS = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=86400, immutable",
    "Referrer-Policy": "no-referrer",
}
LOCKED = "this file is locked: a check found that it is dangerous\n"


#: Of a page of our own: no script, nothing from elsewhere.
SAID = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """How one part of the service is; ``oldest_seconds`` is what waits there."""

    ok: bool
    oldest_seconds: float | None = None
    detail: str = ""


class Health(Protocol):
    """What the service knows of its parts."""

    async def parts(self) -> Mapping[str, Part]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """A file, or a comment's text, as it is sent."""

    content: bytes
    media_type: str
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expired:
    """What an address led to until it expired: a page that says so instead."""

    page: str


class LockedError(Exception):
    """The file is kept, and nobody gets it."""


class Files(Protocol):
    """What signed addresses lead to."""

    async def fetch(self, token: str) -> Served | Expired | None:
        """Return it; None if the token is not ours or names nothing.

        LockedError if it is dangerous.
        """
        ...


def make_app(
    *,
    health: Health,
    registry: CollectorRegistry,
    files: Files,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return /healthz, /readyz, /metrics, /files/<token>, and ``more``."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        parts = await health.parts()
        ready = all(part.ok for part in parts.values())
        return JSONResponse(
            {"parts": {name: asdict(part) for name, part in parts.items()}},
            status_code=200 if ready else 503,
        )

    async def metrics(_request: Request) -> Response:
        figures = await asyncio.to_thread(generate_latest, registry)
        return Response(figures, media_type=CONTENT_TYPE_LATEST)

    async def file(request: Request) -> Response:
        return await _serve(files, request.path_params["token"])

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/files/{token}", file),
            *more,
        ]
    )


async def _serve(files: Files, token: str) -> Response:
    """Return what a signed address leads to, or why it is not to be had."""
    try:
        served = await files.fetch(token)
    except LockedError:
        return PlainTextResponse(LOCKED, status_code=403)
    if served is None:
        return PlainTextResponse("there is nothing here\n", status_code=404)
    if isinstance(served, Expired):
        return HTMLResponse(served.page, status_code=410, headers=SAID)
    named = {"Content-Disposition": _disposition(served.name)}
    headers = {**HARMLESS, **named}
    return Response(served.content, media_type=served.media_type, headers=headers)


def _disposition(name: str) -> str:
    """Return what lets a browser save under a name (RFC 6266, 4; RFC 8187)."""
    if not name:
        return "attachment"
    return f"attachment; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


class _Guest(uvicorn.Server):
    """A server in somebody else's loop, which leaves the signals to it."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(error.errno, f"http {host}:{port}: {error.strerror}") from error


class HttpServer:
    """Serves an application in the running loop; port 0 takes a free one."""

    def __init__(self, app: Starlette, *, host: str, port: int) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Guest(config)
        self._where = (host, port)
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        if self._socket is None:
            return self._where[1]
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Listen; OSError if the address is taken.

        Who connects from now on is answered as soon as the loop comes to it.
        """
        self._socket = _listen(*self._where)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Finish what is being answered and let the port go."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task
        if self._socket is not None:
            self._socket.close()
