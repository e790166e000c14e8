"""Arrivals are read, and the files in them looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.reading import PLAIN, Manner, read
from mail.files.allowance import Allowance, Bounds
from mail.files.inside import examine
from storage.arrivals import KeptArrival
from tickets.letter import File
from tickets.post.posted import Post
from tickets.talk import Fetched, Happening


@dataclass(frozen=True, kw_only=True, slots=True)
class Examining:
    """Reads within limits; no input can make it take more than the bounds allow."""

    manner: Manner = PLAIN
    bounds: Bounds = field(default_factory=Bounds)

    def read(self, arrival: KeptArrival) -> Post | Happening:
        """Return what an arrival says, and what its files are."""
        came = read(arrival, self.manner)
        match came:
            case Post():
                files = self._examined(came.letter.files)
                return replace(came, letter=replace(came.letter, files=files))
            case Fetched():
                allowance = Allowance(self.bounds)
                return replace(came, examined=examine(came.content, allowance))
            case _:
                return came

    def _examined(self, files: Sequence[File]) -> tuple[File, ...]:
        """Look into the files of one message, which share what may be unpacked."""
        allowance = Allowance(self.bounds)
        return tuple(
            replace(file, examined=examine(file.content, allowance)) for file in files
        )
