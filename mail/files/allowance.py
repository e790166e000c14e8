"""How much is unpacked to see what is in archives, and what is too much."""

from __future__ import annotations

from dataclasses import dataclass, field

MEBIBYTE = 1024 * 1024
#: So much may come out of anything; from then on the ratio counts.
HARMLESS = 32 * MEBIBYTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Limits for the archives of one message together.

    ``unpacked`` is in bytes and ``ratio`` in times the size, ``members`` counts files,
    and ``nesting`` archives that are in archives.
    """

    unpacked: int = 512 * MEBIBYTE
    ratio: int = 200
    members: int = 10_000
    nesting: int = 5


class BombError(Exception):
    """An archive goes beyond the bounds; the message says which, for people."""


@dataclass(slots=True)
class Allowance:
    """What may still be unpacked of one message."""

    bounds: Bounds = field(default_factory=Bounds)
    packed: int = 0
    unpacked: int = 0
    promised: int = 0
    members: int = 0

    def take(self, size: int) -> None:
        """Take down the size of one more file, as it came."""
        self.packed += size

    def unpack(self, size: int) -> None:
        """Take down that so many bytes came out; BombError if they are too many."""
        self.unpacked += size
        self._check(self.unpacked)

    def promise(self, size: int) -> None:
        """Take down that an archive says it has one more file, of so many bytes."""
        self.promised += size
        self.members += 1
        if self.members > self.bounds.members:
            raise BombError(f"more than {self.bounds.members} files in archives")
        self._check(self.promised)

    def descend(self, depth: int) -> None:
        if depth >= self.bounds.nesting:
            raise BombError(f"archives in archives, deeper than {self.bounds.nesting}")

    def _check(self, size: int) -> None:
        most = self.bounds.unpacked
        if size > most:
            said = f"{most // MEBIBYTE} MiB" if most >= MEBIBYTE else f"{most} bytes"
            raise BombError(f"unpacked it is larger than {said}")
        if size > max(HARMLESS, self.bounds.ratio * self.packed):
            raise BombError(f"unpacked it is over {self.bounds.ratio} times as large")
