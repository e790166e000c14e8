"""How long to wait for mail, and after trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Seconds; after trouble twice as long each time, spread by a half.

    ``idle`` is how long the server is trusted to tell of new mail before it is asked
    again, ``poll`` how often one is asked that does not tell; ``breath`` is how often
    the records are asked whether they have caught up.
    """

    poll: float = 20.0
    breath: float = 0.5
    idle: float = 120.0
    first: float = 1.0
    longest: float = 60.0
    login: float = 15.0  # a server locks who tries wrong passwords too often
    longest_login: float = 600.0

    def after(self, failures: int, chance: Callable[[], float]) -> float:
        return min(self.first * _doubled(failures), self.longest) * _spread(chance)

    def after_login(self, failures: int, chance: Callable[[], float]) -> float:
        longest = self.longest_login
        return min(self.login * _doubled(failures), longest) * _spread(chance)


def _doubled(failures: int) -> float:
    return float(2.0 ** min(max(failures - 1, 0), 16))


def _spread(chance: Callable[[], float]) -> float:
    return 0.75 + chance() / 2
