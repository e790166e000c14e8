"""How to talk to a broker."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


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
