"""What the journal says was sent is held against what the bus has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from bus.holdings import Held

#: So many of each kind are named; the rest is counted.
NAMED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An event's place: the ``seq``-th of its stream."""

    stream: str
    seq: int
    id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Events that are not as they should be: how many, and the first of them."""

    count: int = 0
    places: tuple[Place, ...] = ()

    @classmethod
    def of(cls, places: Iterable[Place]) -> Finding:
        found = list(places)
        return cls(count=len(found), places=tuple(found[:NAMED]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """How a bus differs from the journal.

    ``missing`` events were confirmed and are not there; ``extra`` ones are there and
    were never sent; ``disordered`` ones came first after a later one of their stream.
    ``repeated`` counts what is there more than once, which is no fault.
    """

    checked: int
    missing: Finding = Finding()
    extra: Finding = Finding()
    disordered: Finding = Finding()
    repeated: int = 0

    @property
    def agrees(self) -> bool:
        return not (self.missing.count or self.extra.count or self.disordered.count)


@dataclass(kw_only=True, slots=True)
class Seen:
    """What a bus has, gone through once in its own order."""

    places: dict[str, tuple[str, int]]
    disordered: list[Place]
    repeated: int = 0


async def go_through(held: AsyncIterator[Held]) -> Seen:
    """Read everything and remember where each event stands."""
    seen = Seen(places={}, disordered=[])
    newest: dict[str, int] = {}
    async for one in held:
        if one.is_rehearsed:
            continue
        if one.id in seen.places:
            seen.repeated += 1
            continue
        seen.places[one.id] = (one.stream, one.seq)
        if one.seq < newest.get(one.stream, 0):
            place = Place(stream=one.stream, seq=one.seq, id=one.id)
            seen.disordered.append(place)
        newest[one.stream] = max(one.seq, newest.get(one.stream, 0))
    return seen


def compare(sent: Mapping[str, tuple[str, int]], seen: Seen) -> Comparison:
    """Compare what was sent, by its ids, with what was seen.

    ``extra`` is what is not among the sent: who calls strikes out what was sent
    before or after.
    """
    return Comparison(
        checked=len(sent),
        missing=Finding.of(_only(sent, seen.places)),
        extra=Finding.of(_only(seen.places, sent)),
        disordered=Finding.of(seen.disordered),
        repeated=seen.repeated,
    )


def _only(
    these: Mapping[str, tuple[str, int]], those: Mapping[str, tuple[str, int]]
) -> Iterable[Place]:
    return (
        Place(stream=stream, seq=seq, id=id_)
        for id_, (stream, seq) in these.items()
        if id_ not in those
    )


def compare_positions(sent: Mapping[str, int], told: Mapping[str, int]) -> Comparison:
    """Compare the newest sent of each stream with what a receiver says it has."""
    behind = (
        Place(stream=stream, seq=told.get(stream, 0) + 1)
        for stream, seq in sent.items()
        if told.get(stream, 0) < seq
    )
    ahead = (
        Place(stream=stream, seq=seq)
        for stream, seq in told.items()
        if seq > sent.get(stream, 0)
    )
    return Comparison(
        checked=len(sent), missing=Finding.of(behind), extra=Finding.of(ahead)
    )
