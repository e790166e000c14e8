"""``zayavka run``: one process of the desk, alone or with its sandbox."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

import structlog
import uvloop

from app import toys
from app.config import Config
from app.service import ROLES, Service
from storage.transaction import Transaction
from tickets.work import Work

log = structlog.get_logger()


def run(
    config: Config, *, sandbox_port: int | None, roles: tuple[str, ...] = ROLES
) -> None:
    """Serve until SIGTERM or SIGINT; CannotStart if the machine does not let it.

    With a ``sandbox_port`` there is a sandbox, whose page is there.
    """
    uvloop.run(_serve(config, sandbox_port=sandbox_port, roles=roles))


async def _serve(
    config: Config, *, sandbox_port: int | None, roles: tuple[str, ...]
) -> None:
    stopping = told_to_stop()
    async with AsyncExitStack() as stack:
        greeting = ""
        if sandbox_port is not None:
            playing = toys.sandbox_for(config, sandbox_port)
            config, toy = await stack.enter_async_context(playing)
            greeting = toys.welcome(config, toy)
        service = await stack.enter_async_context(Service(config=config, roles=roles))
        if sandbox_port is not None:
            await _hire(service)
        sys.stderr.write(greeting)
        log.info("started", roles=list(roles), **service.ports())
        await service.watch(stopping)
    log.info("stopped")


def told_to_stop() -> asyncio.Event:
    """Return what SIGTERM or SIGINT set: a start, too, comes to its end, and stops."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _hire(service: Service) -> None:
    """Let the sandbox's staff work at the first site."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        toys.hire(tx, work, service.kit.rules.sites[0].code)
        service.kit.publishing.commit(tx, [work])

    await asyncio.wrap_future(service.kit.store.submit(job))
