"""What the clients of the door hold at this moment, against the limits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import structlog

from mail.door.bounds import Limits, Patience
from mail.door.origin import Origin, origin_of
from mail.door.rates import Rates
from mail.door.refusals import Refusal

log = structlog.get_logger()

#: The door is crowded when so much of its places, or of its bytes, is taken. Then the
#: rest is for networks that hold few places, and everybody must hurry.
_CROWDED = 0.8
_FEW = 5
#: One place in so many is kept for trusted networks.
_KEPT = 20
#: A mail's end comes with it, and is counted until it is cut off.
_END = len(".\r\n")


class Room:
    """Counts all clients; a ``Guest`` is one of them.

    ``clock`` gives seconds that never go back.
    """

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self._by_address: Counter[str] = Counter()
        self._by_network: Counter[str] = Counter()
        self._bytes_by_network: Counter[str] = Counter()
        self._connected = Rates(clock)
        self._mailed = Rates(clock)
        self._turned_away = Rates(clock)
        self._origin = lru_cache(4096)(lambda host: origin_of(host, limits.trusted))
        self._many = _CROWDED * limits.max_connections
        # The largest mail fits in, end and all, if nothing else is on its way.
        self._most = max(limits.max_in_flight_bytes, limits.max_size + _END)
        self._much = _CROWDED * self._most
        self.connections = 0
        self.in_flight_bytes = 0

    @property
    def is_full(self) -> bool:
        return self.connections >= self._open_places

    @property
    def is_crowded(self) -> bool:
        return self.connections >= self._many or self.in_flight_bytes >= self._much

    @property
    def patience(self) -> Patience:
        return self.limits.hurry if self.is_crowded else self.limits.patience

    @property
    def _open_places(self) -> int:
        places = self.limits.max_connections
        return places - places // _KEPT

    def enter(self, host: str) -> Guest | Refusal:
        """Count a connection in, or say why it is turned away."""
        origin = self._origin(host)
        refusal = self._objection(origin)
        if refusal is not None:
            self._tell(origin, refusal)
            return refusal
        self.connections += 1
        self._by_address[origin.address] += 1
        self._by_network[origin.network] += 1
        if not origin.trusted:
            self._connected.add(origin.address)
        return Guest(self, origin)

    def _objection(self, origin: Origin) -> Refusal | None:
        limits = self.limits
        if origin.trusted:
            full = self.connections >= limits.max_connections
            return Refusal.CROWDED if full else None
        if self.is_full:
            return Refusal.CROWDED
        if self._by_address[origin.address] >= limits.max_per_address:
            return Refusal.CROWDED_ADDRESS
        if self._by_network[origin.network] >= self._most_per_network():
            return Refusal.CROWDED_NETWORK
        if _reached(self._connected, origin, limits.connections_a_minute):
            return Refusal.HASTY_ADDRESS
        return None

    def _most_per_network(self) -> int:
        most = self.limits.max_per_network
        return min(most, _FEW) if self.connections >= self._many else most

    def _tell(self, origin: Origin, refusal: Refusal) -> None:
        """Log the first of a network in a while: a flood must not fill the log."""
        if not self._turned_away.of(origin.network):
            network = origin.network
            log.warning("smtp.turned_away", network=network, reason=refusal.reason)
        self._turned_away.add(origin.network)

    def left(self, origin: Origin) -> None:
        self.connections -= 1
        _subtract(self._by_address, origin.address, 1)
        _subtract(self._by_network, origin.network, 1)

    def allows_mail(self, origin: Origin) -> bool:
        """Count a mail, or say that there were too many within the last minute."""
        if origin.trusted or not self.limits.mails_a_minute:
            return True
        if _reached(self._mailed, origin, self.limits.mails_a_minute):
            return False
        self._mailed.add(origin.address)
        return True

    def fits(self, origin: Origin, size: int) -> bool:
        """Say whether a client may hold so many bytes more.

        A network that is not trusted never holds more than half of them.
        """
        most = self._most
        if self.in_flight_bytes + size > most:
            return False
        if origin.trusted:
            return True
        share = max(most // 2, self.limits.max_size + _END)
        return self._bytes_by_network[origin.network] + size <= share

    def take(self, origin: Origin, size: int) -> bool:
        """Count ``size`` bytes in; false, and nothing counted, if they do not fit."""
        if not self.fits(origin, size):
            return False
        self.in_flight_bytes += size
        if not origin.trusted:
            self._bytes_by_network[origin.network] += size
        return True

    def give_back(self, origin: Origin, size: int) -> None:
        self.in_flight_bytes -= size
        if not origin.trusted:
            _subtract(self._bytes_by_network, origin.network, size)


class Guest:
    """One client in the room, from its connection to its end."""

    def __init__(self, room: Room, origin: Origin) -> None:
        self._room = room
        self._origin = origin

    @property
    def trusted(self) -> bool:
        return self._origin.trusted

    def may_mail(self) -> bool:
        """Count a mail, or say that there were too many within the last minute."""
        return self._room.allows_mail(self._origin)

    def fits(self, size: int) -> bool:
        """Say whether there is room for a mail of so many bytes."""
        return self._room.fits(self._origin, size)

    def take(self, size: int) -> bool:
        """Count ``size`` bytes in; false, and nothing counted, if they do not fit."""
        return self._room.take(self._origin, size)

    def give_back(self, size: int) -> None:
        self._room.give_back(self._origin, size)

    def leave(self) -> None:
        self._room.left(self._origin)


def _reached(rates: Rates, origin: Origin, most: int) -> bool:
    return bool(most) and rates.of(origin.address) >= most


def _subtract(counts: Counter[str], key: str, number: int) -> None:
    counts[key] -= number
    if counts[key] <= 0:
        del counts[key]
