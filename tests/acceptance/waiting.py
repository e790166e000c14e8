"""Waiting for what another process is about to do, without sleeping blindly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE = 0.02


def eventually(
    look: Callable[[], T], *, seconds: float = 10.0, what: str, pause: float = PAUSE
) -> T:
    """Return the first thing seen that is not empty; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
    return found
