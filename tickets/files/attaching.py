"""Which of an answer's files go in its mail, and which beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tickets.model import Attachment
from tickets.words import FileState

#: What base64 in lines of 76 makes of a byte (RFC 2045, 6.8), and what else a mail is.
_GROWTH = 1.37
_REST = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How many bytes of files a mail may carry, and whether the rest is linked to."""

    most: int
    links: bool = False

    def within(self, limit: int) -> Self:
        """Return the room where a whole mail has at most ``limit`` bytes."""
        files = max(int((limit - _REST) / _GROWTH), 0)
        return type(self)(most=min(self.most, files), links=self.links)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """An answer's files by the way they take; ``left_out`` take none."""

    attached: tuple[Attachment, ...]
    linked: tuple[Attachment, ...]
    left_out: tuple[Attachment, ...]


def share(files: Sequence[Attachment], room: Room) -> Sharing:
    """Attach the smallest while there is room for them; of equals the first.

    Only what is stored goes anywhere: not what never came, nor what is infected.
    """
    stored = [one for one in files if one.state is FileState.STORED]
    fit: set[int] = set()
    left = room.most
    for one in sorted(stored, key=lambda file: file.size):
        left -= one.size
        if left >= 0:
            fit.add(one.id)
    over = tuple(one for one in stored if one.id not in fit)
    return Sharing(
        attached=tuple(one for one in stored if one.id in fit),
        linked=over if room.links else (),
        left_out=() if room.links else over,
    )
