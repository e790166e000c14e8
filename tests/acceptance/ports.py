"""Ports that servers take, leave and take again, and nobody else meanwhile."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Iterator
from functools import cache

#: Below the range from which the kernel takes the ports of outgoing connections.
_PORTS = range(12_000, 32_000)
#: Each process has so many of its own, the first of which it holds to show that.
_BLOCK = 200


def free_port() -> int:
    """Return a port that a server may take now, and again after a restart.

    It comes again when all the others of this process have had their turn.
    """
    return next(_free())


@cache
def _free() -> Iterator[int]:
    guard = _take_block()
    first = guard.getsockname()[1]
    return _free_of(range(first + 1, first + _BLOCK), guard)


def _take_block() -> socket.socket:
    blocks = list(_PORTS[::_BLOCK])
    random.shuffle(blocks)
    for first in blocks:
        guard = socket.socket()
        try:
            guard.bind(("127.0.0.1", first))
        except OSError:  # another process has it
            guard.close()
        else:
            return guard
    raise AssertionError("no ports are left for the tests of this process")


def _free_of(block: range, guard: socket.socket) -> Iterator[int]:
    with guard:
        for port in itertools.cycle(block):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    yield port
