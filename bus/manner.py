"""How to talk to a broker or a receiver."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How long to wait for a broker, in seconds.

    ``confirm`` is for a whole wave, ``apart`` for trying its events one at a time
    and ``at_once`` for what needs no answer from the broker. Without ``tls`` the
    system's certificates count.
    """

    tls: ssl.SSLContext | None = None
    open: float = 10.0
    confirm: float = 30.0
    apart: float = 60.0
    close: float = 2.0
    at_once: float = 0.05
    heartbeat: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """How to talk to an HTTP receiver; times are in seconds.

    ``ca_file`` holds the certificates to trust instead of the system's. ``answer``
    is for one event until the head of its answer is there, ``words`` for the rest of
    that, ``wave`` for all events together. A connection is left after ``idle``,
    before most servers end it: what is sent into an ending one is in doubt.
    """

    ca_file: Path | None = None
    connections: int = 8
    open: float = 5.0
    answer: float = 15.0
    words: float = 1.0
    wave: float = 30.0
    idle: float = 4.0
    close: float = 2.0
