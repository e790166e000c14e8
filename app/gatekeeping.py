"""The commands that say who is heard: who is blocked, which strangers are let in."""

from __future__ import annotations

from storage import people
from storage.transaction import Transaction
from tickets.desk import Desk
from tickets.gate import blocking, triage
from tickets.gate.blocking import Blocking
from tickets.gate.triage import CannotBeDecided, Judge
from tickets.gate.waiting import Admission
from tickets.model import ArrivalId, Json
from tickets.registry import OPERATOR


def block(desk: Desk, _tx: Transaction, *, who: str, blocked: bool) -> Json:
    """Hear nobody at an address or domain, or hear them again."""
    wish = Blocking(subject=who, blocked=blocked, actor=OPERATOR)
    return {"who": who, "blocked": blocked, "changed": blocking.block(desk, wish)}


def block_partner(desk: Desk, tx: Transaction, *, name: str, blocked: bool) -> Json:
    """Hear nobody of a partner, or hear them again; by name or id."""
    found = people.find_organisations(tx, name)
    if len(found) != 1:
        which = ", ".join(f"{one['name']} ({one['id']})" for one in found)
        raise CannotBeDecided(
            f"several partners are called so, give the id: {which}"
            if found
            else f"there is no partner {name!r}: zayavka org list"
        )
    known = desk.books.organisation(found[0]["id"])
    if known is None:
        raise LookupError(f"organisation {found[0]['id']} was here and is not")
    changed = blocking.block_partner(desk, known, blocked=blocked, actor=OPERATOR)
    partner = known.organisation
    return {
        "id": partner.id,
        "name": partner.name,
        "blocked": blocked,
        "changed": changed,
    }


def decide(desk: Desk, _tx: Transaction, *, id: int, decision: str) -> Json:  # noqa: A002 # the key of the JSON
    """Let a stranger in, turn them away, or block them."""
    how, judge = Admission(decision), Judge(actor=OPERATOR)
    waiting = triage.decide(desk, ArrivalId(id), how=how, judge=judge)
    return {"id": id, "who": waiting.who, "decision": decision}
