"""Who is woken when lanes are filled, from whichever thread or process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress


class Wakes:
    """Passes on the kinds of lanes that were filled to those who drain them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._sleepers: dict[str, list[asyncio.Event]] = defaultdict(list)

    def add(self, kind: str, wake: asyncio.Event) -> None:
        self._sleepers[kind].append(wake)

    def remove(self, kind: str, wake: asyncio.Event) -> None:
        self._sleepers[kind].remove(wake)

    def on_filled(self, kinds: set[str]) -> None:
        """Wake the drains of these kinds; safe in any thread."""
        if kinds:
            with suppress(RuntimeError):  # the loop has closed: nobody is asleep
                self._loop.call_soon_threadsafe(self._wake, frozenset(kinds))

    def _wake(self, kinds: frozenset[str]) -> None:
        for kind in kinds:
            for sleeper in self._sleepers[kind]:
                sleeper.set()
