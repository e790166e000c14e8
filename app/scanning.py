"""Files pass the scanner before all else, and wait while it is away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mail.files.scanner import AwayError, Scanner, UnscannableError
from scheduler.inbox import AwaitedError, HopelessError
from scheduler.line import Line
from tickets.files.examined import CLEAN, TOO_LARGE, Examined
from tickets.letter import File
from tickets.post.posted import Post
from tickets.talk import Fetched, Happening

#: So many arrivals wait for their turn in memory. Others give their lanes back for a
#: while, so that those without files have room.
QUEUE = 20


def make_line() -> Line:
    """Return the line for the scanner."""
    return Line(reason="many files wait for the scanner", room=QUEUE, longest=0)


class RefusedError(HopelessError):
    """A person must look: the scanner cannot judge a file."""


@dataclass(kw_only=True, slots=True)
class Scanning:
    """scheduler.arrivals.Screen over a scanner.

    Files over ``max_size`` bytes pass unscanned, and are marked.
    """

    scanner: Scanner
    max_size: int
    line: Line = field(default_factory=make_line)

    def concerns(self, came: Post | Happening) -> bool:
        if isinstance(came, Post):
            return came.letter.report is None and bool(came.letter.files)
        return isinstance(came, Fetched)

    async def pass_through(self, came: Post | Happening) -> Post | Happening:
        """Return it with the scanner's verdicts; AwaitedError, RefusedError."""
        async with self.line.pass_through():
            try:
                return await self._judge(came)
            except AwayError as away:
                raise AwaitedError(str(away), timedelta(seconds=away.after)) from away
            except UnscannableError as error:
                raise RefusedError(str(error)) from error

    async def _judge(self, came: Post | Happening) -> Post | Happening:
        match came:
            case Post():
                files = await self._judge_all(came.letter.files)
                return replace(came, letter=replace(came.letter, files=files))
            case Fetched():
                examined = await self._scan(came.content, came.examined)
                return replace(came, examined=examined)
            case _:
                return came

    async def _judge_all(self, files: Iterable[File]) -> tuple[File, ...]:
        """Scan the files of a message one after another, and like ones once."""
        known: dict[str, Examined] = {}
        judged = []
        for file in files:
            if file.sha256 not in known:
                known[file.sha256] = await self._scan(file.content, file.examined)
            judged.append(replace(file, examined=known[file.sha256]))
        return tuple(judged)

    async def _scan(self, content: bytes, examined: Examined) -> Examined:
        if len(content) > self.max_size:
            return replace(examined, scanned=TOO_LARGE)
        found = await self.scanner.scan(content)
        scanned = TOO_LARGE if found.too_large else CLEAN
        return replace(examined, virus=found.virus, scanned=scanned)
