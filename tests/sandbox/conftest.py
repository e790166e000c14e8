"""One stage for a whole module of tests that do not disturb each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from sandbox.server import Settings
from tests.sandbox.stage import Stage, furnish, setting

Act = Callable[[Callable[[Stage], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def act() -> Iterator[Act]:
    """Run scenes one after another on one running sandbox."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        stage = runner.run(stack.enter_async_context(setting(Settings())))
        runner.run(furnish(stage))

        async def perform(scene: Callable[[Stage], Awaitable[None]]) -> None:
            await scene(stage)

        yield lambda scene: runner.run(perform(scene))
        runner.run(stack.aclose())
