"""A receiver that takes whatever is posted, and says its address and how many."""

from __future__ import annotations

import asyncio
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.http import HttpServer


async def serve() -> None:
    taken = 0

    async def take(request: Request) -> Response:
        nonlocal taken
        if request.method != "POST":
            return PlainTextResponse(str(taken))
        await request.body()
        taken += 1
        return Response(status_code=202)

    app = Starlette(routes=[Route("/in", take, methods=["GET", "POST"])])
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    sys.stdout.write(f"http://127.0.0.1:{server.port}/in\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
