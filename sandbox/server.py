"""Starting and stopping the sandbox on a loopback port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.botapi import BotApi
from sandbox.control.desk import Desk
from sandbox.control.routes import control_routes
from sandbox.feed import Feed
from sandbox.guard import LOOPBACK, Guard
from sandbox.mailboxes import Mailboxes
from sandbox.page import page_routes
from sandbox.rates import Mode
from sandbox.telegram import TOKEN, Telegram

GRACE = 3  # seconds for answers under way when stopping


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How a sandbox runs; every part has a default that needs nothing else.

    ``state_path`` keeps the chats over a restart (files in ``*.files`` beside it).
    ``mail_dir`` is the Maildir the desk sends into; ``smtp`` is where the page's
    mail goes, to ``support_address``, and ``written_dir`` the Maildir that keeps it.
    ``bus_paths`` are files of JSON lines, to be shown. ``window_scale`` shortens
    rate windows.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str = TOKEN
    state_path: Path | None = None
    mail_dir: Path | None = None
    written_dir: Path | None = None
    bus_paths: tuple[Path, ...] = ()
    smtp: tuple[str, int] | None = None
    support_address: str = ""
    rate_mode: Mode = "off"
    clock: Callable[[], float] = time
    window_scale: float = 1.0


class Sandbox:
    """A Telegram for one bot, and a page to use it; on loopback alone.

    Use as ``async with Sandbox(Settings(...)) as sandbox`` or start and stop it.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.host not in LOOPBACK:
            raise ValueError(f"the sandbox listens on loopback, not {settings.host}")
        self.settings = settings
        self.telegram = Telegram(
            token=settings.token,
            state_path=settings.state_path,
            rate_mode=settings.rate_mode,
            clock=settings.clock,
            window_scale=settings.window_scale,
        )
        self._server: uvicorn.Server | None = None
        self._socket: socket.socket | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Return the server's own address; it has a port only once started."""
        if self._socket is None:
            raise RuntimeError("the sandbox is not running")
        port = self._socket.getsockname()[1]
        host = "[::1]" if self.settings.host == "::1" else self.settings.host
        return f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def file_base_url(self) -> str:
        return f"{self.url}/file/bot"

    @property
    def page_url(self) -> str:
        return f"{self.url}/sandbox/"

    async def start(self) -> None:
        """Bind and listen; raises OSError if the port is taken."""
        self._socket = _listen(self.settings.host, self.settings.port)
        config = uvicorn.Config(
            self._application(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        config.load()
        # Not Server.serve: it takes over the process's signals.
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[self._socket])
        self._tasks = [
            asyncio.create_task(self._server.main_loop()),
            asyncio.create_task(self.telegram.keep_saved()),
        ]

    async def stop(self) -> None:
        """Answer who waits, close every connection, save the state."""
        if self._server is None or self._socket is None:
            return
        self.telegram.close()
        serving, saving = self._tasks
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await saving
        await _close(self._server)
        await self.telegram.save()
        self._server = self._socket = None

    def _application(self) -> ASGIApp:
        bot = BotApi(self.telegram, self._hang_up)
        desk = Desk(
            mailboxes=Mailboxes(self.settings.mail_dir, self.settings.written_dir),
            feed=Feed(self.settings.bus_paths),
            support_address=self.settings.support_address,
            smtp=self.settings.smtp,
            started=str(time()),
        )
        verbs = ["GET", "POST"]
        routes = [
            Route("/bot{token}/{method}", bot.handle, methods=verbs),
            Route("/file/bot{token}/{path:path}", bot.send_file),
            *control_routes(self.telegram, desk),
            *page_routes(),
        ]
        return Guard(Starlette(routes=routes))

    def _hang_up(self, request: Request) -> None:
        """Break the connection of a request, as a crash between two machines does."""
        if self._server is None or request.client is None:
            return
        for connection in list(self._server.server_state.connections):
            if not isinstance(connection, H11Protocol):
                continue
            if connection.client == tuple(request.client):
                connection.transport.abort()


async def _close(server: uvicorn.Server) -> None:
    """Stop listening, let answers under way go out, close the rest.

    Server.shutdown does the same in steps of a tenth of a second.
    """
    for listener in server.servers:
        listener.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    tasks = list(state.tasks)
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)
    for task in tasks:
        task.cancel()
    for listener in server.servers:
        await listener.wait_closed()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
