"""A rehearsal: an example of every event is sent, and what comes back is judged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bus.envelope import SCHEMAS_URI, encode, rfc3339
from bus.holdings import REHEARSAL, Held
from bus.schemas import InvalidEvent, Schemas
from bus.targets import Out, out_of
from tickets.model import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One event of a rehearsal."""

    type: str
    out: Out


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How one sample came back: how often, and what is wrong with it."""

    type: str
    times: int
    faults: tuple[str, ...]


def samples(
    schemas: Schemas, *, run: str, at: datetime, ids: Iterable[str]
) -> list[Sample]:
    """Return an example of every type, as events of one stream ``rehearsal-RUN``."""
    made = []
    for seq, (type_, id_) in enumerate(
        zip(sorted(schemas.examples), ids, strict=False), start=1
    ):
        event = _event(type_, schemas.examples[type_], run=run, at=at)
        whole = event | {"id": id_, "sequence": f"{seq:010}"}
        schemas.check(type_, whole)
        made.append(Sample(type=type_, out=out_of(encode(whole).encode())))
    return made


def _event(type_: str, data: Json, *, run: str, at: datetime) -> Json:
    return {
        "specversion": "1.0",
        "source": f"/zayavka/rehearsals/{run}",
        "type": type_,
        "time": rfc3339(at),
        "partitionkey": REHEARSAL + run,
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMAS_URI}{type_}.json",
        "data": data,
    }


def judge(
    sent: Sequence[Sample], came: Sequence[Held], schemas: Schemas
) -> list[Judgement]:
    """Return how each sample came back; ``came`` are those of this rehearsal alone."""
    back: dict[str, list[Held]] = {}
    for held in came:
        back.setdefault(held.id, []).append(held)
    late = set(_overtaken(came))
    return [
        Judgement(
            type=one.type,
            times=len(back.get(one.out.event_id, ())),
            faults=tuple(_faults(one, back, late=late, schemas=schemas)),
        )
        for one in sent
    ]


def _overtaken(came: Sequence[Held]) -> Iterable[str]:
    """Yield the ids of those that came first after a later one."""
    seen: set[str] = set()
    newest = 0
    for held in came:
        if held.id not in seen and held.seq < newest:
            yield held.id
        seen.add(held.id)
        newest = max(newest, held.seq)


def _faults(
    sample: Sample,
    back: Mapping[str, Sequence[Held]],
    *,
    late: set[str],
    schemas: Schemas,
) -> Iterable[str]:
    copies = back.get(sample.out.event_id, ())
    if not copies:
        yield "lost"
    if sample.out.event_id in late:
        yield "came after a later one"
    for copy in copies:
        try:
            schemas.check(sample.type, copy.body)
        except InvalidEvent as error:
            yield str(error)
            return
        if json.loads(copy.body) != json.loads(sample.out.body):
            yield "came back changed"
            return
