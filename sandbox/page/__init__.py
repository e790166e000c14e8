"""The page to use the sandbox as a person: a few files, no build, nothing foreign."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

_FILES = {
    "": ("page.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
    "mail.js": ("mail.js", "text/javascript"),
    "bus.js": ("bus.js", "text/javascript"),
}
# Whatever a message may smuggle in, the page runs and loads only its own.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[Route]:
    served = [_route(path, *source) for path, source in _FILES.items()]
    return [*served, Route("/", _to_page), Route("/sandbox", _to_page)]


def _route(path: str, name: str, media_type: str) -> Route:
    content = (files(__name__) / name).read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(content, media_type=media_type, headers=_HEADERS)

    return Route(f"/sandbox/{path}", endpoint)


async def _to_page(_request: Request) -> Response:
    return RedirectResponse("/sandbox/")
