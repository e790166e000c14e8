"""Keeps other web pages away from a server that trusts whoever reaches it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses foreign hosts (DNS rebinding) and other sites' requests (forgery).

    A change through the control API must be JSON, which a form of another site
    cannot send, or name this server as its origin.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None
        if scope["type"] == "http":
            refusal = _refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(refusal, 403)(scope, receive, send)


def _refusal(method: str, path: str, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _name(f"//{host}") not in LOOPBACK:
        return "this server answers to localhost alone"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "another site may not ask"
    if method in SAFE or not path.startswith("/sandbox/"):
        return None
    is_json = headers.get("content-type", "").startswith("application/json")
    if is_json or origin or headers.get("sec-fetch-site") == "same-origin":
        return None
    return "send JSON, or the header Origin"


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
