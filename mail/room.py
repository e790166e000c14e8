"""What one client, and all of them together, may take from the SMTP door."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    A client has ``session_seconds`` from its connection, or from its last
    accepted mail, to the next accepted mail: that ends a drip of NOOPs.
    ``command_seconds`` is for one whole command line, or for silence within a
    mail. A mail must come at ``min_bytes_per_second`` on average, once
    ``rate_grace_seconds`` have passed. ``greeting_delay`` holds back the banner
    to catch clients that talk before it; 0 skips the check.
    """

    max_size: int = 25 * 1024 * 1024
    max_recipients: int = 100  # the least that RFC 5321, 4.5.3.1.8 allows
    max_connections: int = 1000
    max_per_address: int = 200
    max_in_flight_bytes: int = 256 * 1024 * 1024
    max_errors: int = 20
    session_seconds: float = 1800.0
    command_seconds: float = 300.0
    min_bytes_per_second: int = 500
    rate_grace_seconds: float = 10.0
    greeting_delay: float = 0.0

    def __post_init__(self) -> None:
        if self.max_in_flight_bytes < self.max_size:
            raise ValueError(
                f"max_in_flight_bytes = {self.max_in_flight_bytes} is less than "
                f"max_size = {self.max_size}: no mail of that size could ever come in"
            )


class Room:
    """What the open connections hold at this moment, against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_address: Counter[str] = Counter()
        self.connections = 0
        self.in_flight_bytes = 0

    def enter(self, address: str) -> str | None:
        """Count a connection in, or return the reply that turns it away."""
        if self.connections >= self._limits.max_connections:
            return "421 4.3.2 Too many connections, try again later"
        if self._by_address[address] >= self._limits.max_per_address:
            return "421 4.7.0 Too many connections from your address"
        self.connections += 1
        self._by_address[address] += 1
        return None

    def leave(self, address: str) -> None:
        self.connections -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def fits(self, size: int) -> bool:
        return self.in_flight_bytes + size <= self._limits.max_in_flight_bytes

    def take(self, size: int) -> bool:
        """Count ``size`` bytes in; false, and nothing counted, if they do not fit."""
        if not self.fits(size):
            return False
        self.in_flight_bytes += size
        return True

    def give_back(self, size: int) -> None:
        self.in_flight_bytes -= size
