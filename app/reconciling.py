"""The journal is held against what each target of the bus really has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.settings import tables
from bus.comparing import Comparison, compare, compare_positions, go_through
from bus.holdings import Holdings, HoldingsError
from bus.rereading import HttpPositions, holdings_from
from storage import published
from storage.store import Store
from storage.transaction import Transaction
from tickets.model import Json, key_of

T = TypeVar("T")
#: A broker dates what it got, a moment before we date that it did; clocks differ.
OVERLAP = timedelta(minutes=10)
#: The keys of other streams begin with their kind: contact-12.
TICKET = re.compile(r"[A-Z]{1,8}-[0-9]+")
Look = Callable[[Callable[[Transaction], T]], T]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """One target's comparison, and when it was made."""

    name: str
    at: datetime
    since: datetime | None
    comparison: Comparison

    def as_json(self) -> Json:
        """Return what programs read."""
        found = self.comparison
        named = {
            kind: [asdict(one) for one in finding.places]
            for kind, finding in (
                ("missing", found.missing),
                ("extra", found.extra),
                ("disordered", found.disordered),
            )
        }
        return {"name": self.name, **self.summary(), "places": named}

    def summary(self) -> Json:
        """Return the counts, which are kept."""
        found = self.comparison
        return {
            "at": self.at.isoformat(),
            "since": self.since.isoformat() if self.since else None,
            "checked": found.checked,
            "missing": found.missing.count,
            "extra": found.extra.count,
            "disordered": found.disordered.count,
            "repeated": found.repeated,
        }


async def reconcile(
    store: Look[Any], target: tables.Bus, *, since: datetime | None, now: datetime
) -> Reconciled:
    """Compare what was sent since with what the target has.

    HoldingsError if nothing can be compared. ``store`` runs a job that looks.
    """
    holdings = holdings_from(target.url.get_secret_value(), target.audit)
    if holdings is not None:
        comparison = await _compare(store, target.name, holdings, since=since)
    elif target.positions is not None:
        comparison = await _compare_positions(store, target.name, target.positions)
        since = None
    else:
        raise HoldingsError(
            f"bus {target.name}: there is no way to see what it has; set audit (the "
            "stream queue of a RabbitMQ) or positions (an address that answers with "
            "the newest sequence of each stream)"
        )
    return Reconciled(name=target.name, at=now, since=since, comparison=comparison)


async def _compare(
    look: Look[Any], target: str, holdings: Holdings, *, since: datetime | None
) -> Comparison:
    # First what was sent, then what is there: what is sent meanwhile is no fault.
    sent = await asyncio.to_thread(look, lambda tx: published.sent(tx, target, since))
    seen = await go_through(holdings.read(since - OVERLAP if since else None))
    others = seen.places.keys() - sent.keys()
    ours = await asyncio.to_thread(look, lambda tx: published.known(tx, others))
    for one in ours:
        del seen.places[one]
    keyed = {id_: (key_of(stream), seq) for id_, (stream, seq) in sent.items()}
    return compare(keyed, seen)


async def _compare_positions(look: Look[Any], target: str, url: str) -> Comparison:
    sent = await asyncio.to_thread(look, lambda tx: published.newest(tx, target))
    told = await HttpPositions(url=url).ask()
    streams = {
        f"ticket:{one}": seq for one, seq in told.items() if TICKET.fullmatch(one)
    }
    ahead = {one: seq for one, seq in streams.items() if seq > sent.get(one, 0)}
    ours = await asyncio.to_thread(look, lambda tx: published.reached(tx, ahead))
    # It was sent since we looked, or is being sent: that is no fault.
    streams |= {one: sent.get(one, 0) for one in ours}
    return compare_positions(_keyed(sent), _keyed(streams))


def _keyed(streams: dict[str, int]) -> dict[str, int]:
    return {key_of(one): seq for one, seq in streams.items()}


async def keep(store: Store, result: Reconciled) -> None:
    """Write the counts down for the metrics and the digests."""

    def job(tx: Transaction) -> None:
        published.write_down(tx, result.name, result.summary())

    await asyncio.wrap_future(store.submit(job))
