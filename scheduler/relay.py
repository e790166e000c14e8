"""Deliveries leave: put into words, committed, sent, and marked with the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from tickets.sending import Answer, Later, Never

log = structlog.get_logger()
D = TypeVar("D")  # a delivery that is due
F = TypeVar("F")  # its frozen form
R = TypeVar("R")  # what an exit may answer beside an Answer
R_co = TypeVar("R_co", covariant=True)
R_contra = TypeVar("R_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)


class Outbox(Protocol[D, F, R_contra]):
    """Where deliveries are kept."""

    async def claim(self, room: int) -> Sequence[D]:
        """Lease the heads of due lanes."""
        ...

    def freeze(self, dues: Sequence[D]) -> Sequence[F | Answer]:
        """Return what to send of each, or an answer that needs no sending.

        Runs in a thread; may read the records. One that cannot be put into words
        may keep the others from it, too.
        """
        ...

    async def begin(self, frozen: Sequence[F]) -> Sequence[F]:
        """Commit the bytes and the attempt; return those still ours to send."""
        ...

    async def settle(self, due: D, frozen: F | None, answer: Answer | R_contra) -> None:
        """Commit what follows from the answer, and give the lane back."""
        ...


class Exit(Protocol[F_contra, R_co]):
    """The way out."""

    async def send(self, frozen: F_contra) -> Answer | R_co:
        """Try once; never raises for what the other side does."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel(Generic[D, F]):
    """A delivery on its way."""

    due: D
    frozen: F


@dataclass(kw_only=True, slots=True)
class Relay(Generic[D, F, R]):
    """A source for a drain: each batch is one delivery that is ready to go."""

    outbox: Outbox[D, F, R]
    exit: Exit[F, R]

    async def claim(self, room: int) -> Sequence[Sequence[Parcel[D, F]]]:
        due = await self.outbox.claim(room)
        if not due:
            return ()
        made = await asyncio.to_thread(self._freeze_all, due)
        ready = []
        for one, frozen in made:
            if isinstance(frozen, Answer):
                await self.outbox.settle(one, None, frozen)
            else:
                ready.append((one, frozen))
        begun = await self.outbox.begin([frozen for _, frozen in ready])
        ours = {id(frozen) for frozen in begun}
        return [[Parcel(one, frozen)] for one, frozen in ready if id(frozen) in ours]

    def _freeze_all(self, due: Sequence[D]) -> list[tuple[D, F | Answer]]:
        try:
            return list(zip(due, self.outbox.freeze(due), strict=True))
        except Exception as trouble:
            if len(due) > 1:  # so that the one at fault is found
                return [frozen for one in due for frozen in self._freeze_all([one])]
            log.exception("rendering_failed")
            return [(due[0], Never(f"cannot be put into words: {trouble!r}"))]

    async def work(self, batch: Sequence[Parcel[D, F]]) -> None:
        for parcel in batch:
            await self._send(parcel)

    async def _send(self, parcel: Parcel[D, F]) -> None:
        try:
            answer: Answer | R = await self.exit.send(parcel.frozen)
        except Exception as trouble:
            log.exception("sending_failed")
            answer = Later(f"our own trouble: {trouble!r}")
        await self.outbox.settle(parcel.due, parcel.frozen, answer)
