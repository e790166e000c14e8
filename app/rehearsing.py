"""A rehearsal with one target of the bus, for the people who connect to it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import uuid_utils

from app.settings import tables
from bus.holdings import REHEARSAL, Held, Holdings
from bus.publishers import publisher_from
from bus.rehearsal import Judgement, Sample, judge, samples
from bus.rereading import holdings_from
from bus.schemas import Schemas
from bus.targets import Publisher
from tickets.model import Json
from tickets.sending import Answer, Sent

#: How long what was sent may take to come back, in seconds, and the looks between.
PATIENCE, LOOK = 15.0, 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """What was sent, how it was answered, and how it came back, if that can be seen."""

    run: str
    samples: tuple[Sample, ...]
    answers: tuple[Answer, ...]
    judgements: tuple[Judgement, ...] | None

    @property
    def is_right(self) -> bool:
        taken = all(isinstance(one, Sent) for one in self.answers)
        faultless = not any(one.faults for one in self.judgements or ())
        return taken and faultless

    def rows(self) -> Iterator[Json]:
        """Yield a line a type."""
        judged = {one.type: one for one in self.judgements or ()}
        for sample, answer in zip(self.samples, self.answers, strict=True):
            back = judged.get(sample.type)
            yield {
                "type": sample.type,
                "id": sample.out.event_id,
                "taken": isinstance(answer, Sent),
                "answer": answer.receipt if isinstance(answer, Sent) else answer.reason,
                "came_back": None if back is None else back.times,
                "faults": [] if back is None else list(back.faults),
            }


async def rehearse(target: tables.Bus, *, run: str, now: datetime) -> Rehearsed:
    """Send a sample of every type, one after another, and read them back.

    HoldingsError if they should come back and cannot be read.
    """
    schemas = Schemas()
    ids = (str(uuid_utils.uuid7()) for _ in itertools.count())
    sent = samples(schemas, run=run, at=now, ids=ids)
    url = target.url.get_secret_value()
    publisher = publisher_from(url)
    try:
        answers = [await _send(publisher, one) for one in sent]
    finally:
        await publisher.close()
    taken = [
        one
        for one, answer in zip(sent, answers, strict=True)
        if isinstance(answer, Sent)
    ]
    holdings = holdings_from(url, target.audit)
    judged = None
    if holdings is not None:
        came = await _come_back(holdings, taken, run=run, since=now)
        judged = tuple(judge(taken, came, schemas))
    return Rehearsed(
        run=run, samples=tuple(sent), answers=tuple(answers), judgements=judged
    )


async def _send(publisher: Publisher, sample: Sample) -> Answer:
    (answer,) = await publisher.publish([sample.out])
    return answer


async def _come_back(
    holdings: Holdings, sent: list[Sample], *, run: str, since: datetime
) -> list[Held]:
    """Return what came back of this run, once all did or no more should."""
    deadline = time.monotonic() + PATIENCE
    wanted = {one.out.event_id for one in sent}
    while True:
        came = [
            held
            async for held in holdings.read(since)
            if held.stream == REHEARSAL + run
        ]
        if wanted <= {one.id for one in came} or time.monotonic() > deadline:
            return came
        await asyncio.sleep(LOOK)
