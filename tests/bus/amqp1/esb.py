"""A strict double of 1C:ESB: its HTTP front, before the AMQP 1.0 of RabbitMQ."""

from __future__ import annotations

import base64
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.http import HttpServer
from bus.amqp1.publisher import Amqp1
from bus.amqp1.queue import Amqp1Queue
from bus.esb1c.application import Application, read_application
from bus.esb1c.front import Front
from bus.sources import read_source
from tests.brokers import TOKENS
from tests.bus.amqp1.queue import MANNER, Queue

PROCESS = "main::Заявки"
SECRET = "s3cret"  # noqa: S105 # of nobody
UNAUTHENTICATED = {"error": {"code": 16, "status": "UNAUTHENTICATED"}}
_tokens = itertools.cycle(TOKENS)


@dataclass(kw_only=True)
class Esb:
    """Knows one client and one application, whose channels ``destinations`` says.

    Each token is a user of RabbitMQ that nobody else has. ``token`` and ``channels``
    stand for an answer of another kind.
    """

    queue: Queue
    destinations: dict[str, str | None]
    token: Response | None = None
    channels: Response | None = None
    is_amqp_closed: bool = False
    issued: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    port: int = 0

    async def issue(self, request: Request) -> Response:
        if self.token is not None:
            return self.token
        basic = base64.b64encode(f"desk:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse(UNAUTHENTICATED, 401)
        form = dict(parse_qsl((await request.body()).decode()))
        if form != {"grant_type": "CLIENT_CREDENTIALS"}:
            return PlainTextResponse("unsupported_grant_type", 400)
        self.issued.append(next(_tokens))
        return JSONResponse(
            {
                "id_token": "unknown" if self.is_amqp_closed else self.issued[-1],
                "access_token": "Not implemented",
                "token_type": "Bearer",
            }
        )

    async def list_channels(self, request: Request) -> Response:
        if self.channels is not None:
            return self.channels
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in {*self.issued, "unknown"} - self.revoked:
            return JSONResponse(UNAUTHENTICATED, 401)
        items: list[dict[str, Any]] = [
            {"process": PROCESS, "channel": name}
            | ({"destination": place} if place else {})
            for name, place in self.destinations.items()
        ]
        return JSONResponse({"items": items, "port": self.queue.rabbit.port})

    def publisher(self, *, secret: str = SECRET, more: str = "") -> Amqp1:
        application = read_application(
            f"{self.url(secret)}&recipients=ERP,КА&sender=DESK{more}"
        )
        return Amqp1(
            Front(application, MANNER), MANNER, properties=application.properties
        )

    def consumer(
        self, commands: str = f"{PROCESS}/in", *, secret: str = SECRET
    ) -> Amqp1Queue:
        source = read_source(self.url(secret), commands)
        assert isinstance(source, Application)
        return Amqp1Queue(Front(source, MANNER), MANNER)

    def url(self, secret: str = SECRET) -> str:
        return (
            f"esb1c+http://desk:{secret}@127.0.0.1:{self.port}/applications/desk"
            f"?process={PROCESS}&channel=out"
        )

    def revoke(self) -> None:
        """Let the newest token be worth nothing; RabbitMQ ends its connections."""
        self.revoked.add(self.issued[-1])
        self.queue.rabbit.ctl("delete_user", self.issued[-1])


@asynccontextmanager
async def esb(queue: Queue) -> AsyncIterator[Esb]:
    destinations = {"out": queue.address, "stopped": None}
    double = Esb(queue=queue, destinations=destinations)
    where = "/applications/desk/sys/esb/runtime/channels"
    routes = [
        Route("/auth/oidc/token", double.issue, methods=["POST"]),
        Route(where, double.list_channels),
    ]
    server = HttpServer(Starlette(routes=routes), host="127.0.0.1", port=0)
    await server.start()
    double.port = server.port
    try:
        yield double
    finally:
        await server.stop()
