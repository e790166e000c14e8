"""Strangers who wait for somebody to decide about them, and what staff is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select, text, update

from storage import arrivals, lanes
from storage.keyring import CURSOR
from storage.lanes import ARRIVAL, DELIVERY, Filling
from storage.moments import rfc3339
from storage.queueing import add_deliveries
from storage.transaction import Transaction
from tickets import lanes as names
from tickets.gate.waiting import Admission, Decision, Waiting
from tickets.model import ArrivalId, Delivery, Json
from tickets.words import ArrivalState, Medium, Outcome
from tickets.work import OPENING, Work

QUESTION, DECISION = "question", "decision"
#: So many questions stand in the chats at once: with each decision the next comes.
MOST = 10
_NAME = "triage"
_arrival = ARRIVAL.c
#: Written out, not bound: so the partial indices on these rows serve.
_HELD = text("arrival.state = 'held'")
_ASKED = text("arrival.state = 'held' AND arrival.asked")


def waiting(tx: Transaction, arrival: ArrivalId, *, lock: bool) -> Waiting | None:
    """Return the stranger whose arrival waits; nobody else decides now if locked."""
    if lock:
        _lock(tx)
    query = select(_arrival.held_for, _arrival.question).where(_HELD)
    row = tx.run(query.where(_arrival.id == arrival)).first()
    return None if row is None else Waiting(who=row.held_for, question=row.question)


def is_waiting(tx: Transaction, who: str) -> bool:
    query = select(_arrival.id).where(_HELD, _arrival.held_for == who).limit(1)
    return tx.run(query).first() is not None


def keep(tx: Transaction, work: Work) -> None:
    """Write down who waits from now on, and what was decided about others."""
    if work.held is None and not work.decisions:
        return
    _lock(tx)
    if work.held is not None:
        tx.run(
            update(ARRIVAL)
            .where(_arrival.id == work.arrival)
            .values(
                state=ArrivalState.HELD,
                held_for=work.held.who,
                question=work.held.question,
            )
        )
    for decision in work.decisions:
        _decide(tx, decision)
    _ask(tx)


def _lock(tx: Transaction) -> None:
    """Let nobody else ask or decide until the transaction ends."""
    row: Json = {"name": _NAME, "value": {}}
    tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)
    tx.run(select(CURSOR.c.name).where(CURSOR.c.name == _NAME).with_for_update())


def _decide(tx: Transaction, decision: Decision) -> None:
    theirs = and_(_HELD, _arrival.held_for == decision.who)
    columns = (_arrival.id, _arrival.lane, _arrival.asked, _arrival.question)
    found = tx.run(select(*columns).where(theirs).order_by(_arrival.id)).all()
    fresh: dict[str, Any] = {"asked": False, "question": None}
    if decision.how is Admission.ADMIT:
        fresh |= {"state": ArrivalState.NEW, "next_at": tx.now, "attempts": 0}
    else:
        fresh |= {
            "state": ArrivalState.DONE,
            "outcome": Outcome.IGNORED,
            "rule": f"{_DONE[decision.how]}-by-{decision.actor}",
        }
    tx.run(update(ARRIVAL).where(theirs).values(fresh))
    if decision.how is Admission.ADMIT:
        lanes.fill(tx, (_filling(tx, row.lane) for row in found))
    _tell(tx, [row for row in found if row.asked], decision)


_DONE = {Admission.REFUSE: "refused", Admission.BLOCK: "blocked"}


def _filling(tx: Transaction, lane: str) -> Filling:
    return Filling(
        lane=lane, kind=arrivals.KIND, priority=arrivals.PRIORITY, next_at=tx.now
    )


def _tell(tx: Transaction, asked: Sequence[Any], decision: Decision) -> None:
    """Let the questions say what was decided, where they stand."""
    told = {"decision": decision.how, "who": decision.name}
    for row in asked:
        posed = select(DELIVERY.c.id).where(
            DELIVERY.c.arrival_id == row.id, text("delivery.kind = 'question'")
        )
        facts = {**row.question, **told, "posed": tx.run(posed).scalar()}
        add_deliveries(tx, [_delivery(row.id, DECISION, facts)])


def _ask(tx: Transaction) -> None:
    """Ask about those who waited longest, while there is room for questions."""
    count = select(func.count()).select_from(ARRIVAL).where(_ASKED)
    room = MOST - int(tx.run(count).scalar_one())
    for row in _unasked(tx, room) if room > 0 else ():
        asked = update(ARRIVAL).where(_arrival.id == row.id).values(asked=True)
        tx.run(asked)
        add_deliveries(tx, [_delivery(row.id, QUESTION, row.question)])


def _unasked(tx: Transaction, most: int) -> Sequence[Any]:
    """Return the first arrival of each stranger about whom nobody was asked."""
    first = select(func.min(_arrival.id)).where(_HELD).group_by(_arrival.held_for)
    query = select(_arrival.id, _arrival.question).where(_HELD, ~_arrival.asked)
    query = query.where(_arrival.id.in_(first)).order_by(_arrival.id)
    found = tx.run(query.limit(most + MOST))  # some have no chat
    return [row for row in found if row.question["chat"] is not None][:most]


def _delivery(arrival: int, kind: str, facts: Json) -> Delivery:
    chat = int(str(facts["chat"]))
    return Delivery(
        medium=Medium.TELEGRAM,
        kind=kind,
        target=str(chat),
        lane=names.question(chat, arrival),
        budget=str(chat),
        priority=OPENING,
        facts={**facts, "arrival": arrival},
        arrival_id=ArrivalId(arrival),
    )


def message_of(tx: Transaction, posed: int | None) -> int | None:
    """Return the message that asked a question; None if it was never sent."""
    receipt = select(DELIVERY.c.receipt).where(DELIVERY.c.id == posed)
    found = tx.run(receipt).scalar()
    return int(found) if found is not None and str(found).isdecimal() else None


def list_waiting(tx: Transaction) -> list[dict[str, Any]]:
    """Return the strangers who wait, who came first before all, with what they say."""
    found = tx.run(select(ARRIVAL).where(_HELD).order_by(_arrival.id))
    strangers: dict[str, dict[str, Any]] = {}
    for row in found:
        one = strangers.setdefault(row.held_for, _listed(row))
        one["messages"] += 1
        one["asked"] |= row.asked
    return list(strangers.values())


def _listed(row: Any) -> dict[str, Any]:
    question = row.question
    return {
        "id": row.id,
        "channel": row.channel,
        "who": row.held_for,
        "name": question["name"],
        "subject": question["subject"],
        "text": question["text"],
        "forged": question["forged"],
        "since": rfc3339(row.received_at),
        "messages": 0,
        "asked": False,
    }
