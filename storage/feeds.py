"""How far each target of the bus is with the tickets that it is told of.

A row of ``cursor`` a target. It is ready once it was told of every ticket it chooses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import bindparam, func, select, update

from storage.journal import EVENT
from storage.keyring import CURSOR
from storage.lanes import DELIVERY
from storage.prepared import Prepared
from storage.rows import TICKET
from storage.targets import OF_BUS, SENT
from storage.transaction import Transaction
from tickets.model import TicketId

#: What a choice is as JSON: its lists by name, sorted.
Chosen = dict[str, list[str]]
#: The kinds of people's streams, in the order in which a target is told of them.
KINDS = ("organisation", "specialist", "contact")
EVERYTHING: Chosen = {"organisations": [], "sites": []}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a target chooses, or None if it was told of nothing yet; what is to come.

    Of the tickets after ``upto``, ``top`` among them, a snapshot is still to come if
    it is not ready; ``people`` says the same of each kind of people, None of none.
    """

    choice: Chosen | None
    coming: Chosen | None = None
    upto: int = 0
    top: int = 0
    ready: bool = False
    people: dict[str, int] | None = None

    @classmethod
    def of(cls, value: dict[str, Any]) -> Self:
        return cls(**value)


def meet(tx: Transaction, name: str, wanted: Chosen) -> Reach:
    """Return how far a target is; one that is not known becomes so.

    It changes nothing of one that is known: that is for who serves the desk.
    """
    found = known(tx, name)
    if found is None:
        row = {"name": _name(name), "value": asdict(_first(tx, name, wanted))}
        tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)
        found = known(tx, name)
    if found is None:
        raise LookupError(f"cursor {_name(name)} is gone")
    return found


def enter(tx: Transaction, name: str, wanted: Chosen) -> Reach:
    """Let a target choose something else from when all processes know of it."""
    meet(tx, name, wanted)
    reach = lock(tx, name)
    if (reach.coming or reach.choice) == wanted:
        return reach
    return _write(tx, name, reach, coming=wanted, ready=False)


def forget_others(tx: Transaction, names: Collection[str]) -> None:
    """Let targets that are fed no more begin anew if they ever come back.

    What happens from now on nobody tells them.
    """
    prefix = _name("")
    found = tx.run(select(CURSOR.c.name).where(CURSOR.c.name.startswith(prefix)))
    for name in sorted({row.name.removeprefix(prefix) for row in found} - {*names}):
        reach = lock(tx, name)
        wanted = reach.coming or reach.choice
        if reach.choice is not None:
            move(tx, name, reach, choice=None, coming=wanted, ready=False, people=None)


def begin(tx: Transaction, name: str) -> Reach:
    """Let what is to come be chosen; each ticket there is will be looked at."""
    reach = lock(tx, name)
    if reach.coming is None:
        return reach
    people = dict.fromkeys(KINDS, 0) if reach.choice is None else reach.people
    return _write(
        tx,
        name,
        reach,
        choice=reach.coming,
        coming=None,
        upto=0,
        top=_last_ticket(tx),
        people=people,
    )


def look_again(tx: Transaction, name: str) -> None:
    """Let each ticket be looked at again: whether it is chosen may have changed."""
    reach = lock(tx, name)
    if reach.coming is None:  # else it will be
        _write(tx, name, reach, upto=0, top=_last_ticket(tx), ready=False)


def _last_ticket(tx: Transaction) -> int:
    return int(tx.run(select(func.max(TICKET.c.id))).scalar() or 0)


def move(tx: Transaction, name: str, reach: Reach, **fields: Any) -> Reach:
    """Write down how far a target is now."""
    return _write(tx, name, reach, **fields)


def lock(tx: Transaction, name: str) -> Reach:
    """Return how far a target is; nobody else moves it now."""
    row = tx.run(
        select(CURSOR.c.value).where(CURSOR.c.name == _name(name)).with_for_update()
    ).one()
    return Reach.of(row.value)


def next_tickets(tx: Transaction, reach: Reach, limit: int) -> list[TicketId]:
    """Return the next tickets of which the target is to be told."""
    found = tx.run(
        select(TICKET.c.id)
        .where(TICKET.c.id > reach.upto, TICKET.c.id <= reach.top)
        .order_by(TICKET.c.id)
        .limit(limit)
    )
    return [TicketId(row.id) for row in found]


def _first(tx: Transaction, name: str, wanted: Chosen) -> Reach:
    if tx.run(select(EVENT.c.id).limit(1)).first() is None:
        return Reach(choice=wanted, ready=True)
    fed = select(DELIVERY.c.id).where(OF_BUS, SENT, DELIVERY.c.target == name)
    if tx.run(fed.limit(1)).first() is not None:  # before there were rows and choices
        return Reach(choice=EVERYTHING, ready=True)
    return Reach(choice=None, coming=wanted)


def known(tx: Transaction, name: str) -> Reach | None:
    """Return how far a target is; None of one that is new."""
    value = tx.run(_one, {"wanted": _name(name)}).scalar()
    return None if value is None else Reach.of(value)


_one = Prepared(
    lambda _: select(CURSOR.c.value).where(CURSOR.c.name == bindparam("wanted"))
)


def _write(tx: Transaction, name: str, reach: Reach, **fields: Any) -> Reach:
    fresh = Reach(**{**asdict(reach), **fields})
    tx.run(
        update(CURSOR).where(CURSOR.c.name == _name(name)).values(value=asdict(fresh))
    )
    return fresh


def _name(target: str) -> str:
    return f"feed:{target}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LastTold:
    """What a target was told of a ticket last."""

    event: str | None
    leaves: bool


def last_told(
    tx: Transaction, target: str, tickets: Sequence[int]
) -> dict[int, LastTold]:
    """Return it by ticket, of those that the target was told of."""
    mine = OF_BUS, DELIVERY.c.target == target
    newest = (
        select(func.max(DELIVERY.c.id))
        .where(*mine, DELIVERY.c.ticket_id.in_(tickets))
        .group_by(DELIVERY.c.ticket_id)
    )
    found = tx.run(
        select(DELIVERY.c.ticket_id, DELIVERY.c.event_id, DELIVERY.c.facts).where(
            DELIVERY.c.id.in_(newest)
        )
    )
    return {
        row.ticket_id: LastTold(
            event=row.event_id, leaves=bool(row.facts.get("leaves", False))
        )
        for row in found
    }
