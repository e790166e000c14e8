"""Staff decide about strangers who wait: let in, turned away, or blocked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tickets import chat
from tickets.desk import Desk
from tickets.gate.blocking import Blocking, block
from tickets.gate.strangers import tell_refused
from tickets.gate.waiting import Admission, Decision, Waiting
from tickets.model import ArrivalId, Specialist
from tickets.talk import Pressed
from tickets.verdict import Verdict
from tickets.words import Outcome

#: What the buttons carry.
ACTIONS: Mapping[str, Admission] = MappingProxyType(
    {"admit": Admission.ADMIT, "refuse": Admission.REFUSE, "block": Admission.BLOCK}
)


class CannotBeDecided(Exception):  # noqa: N818 # what became of the request
    """Nothing can be decided so; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """Who decides: as the journal names them, and as people do."""

    actor: str
    name: str = ""


def press(desk: Desk, pressed: Pressed, author: Specialist) -> Verdict:
    """Decide as a button says."""
    judge = Judge(actor=f"specialist:{author.id}", name=author.name)
    number = int(pressed.subject) if pressed.subject.isdecimal() else 0
    try:
        decide(desk, ArrivalId(number), how=ACTIONS[pressed.action], judge=judge)
    except CannotBeDecided:
        chat.toast(desk.work, pressed.callback_id, "judged-already")
        return Verdict(outcome=Outcome.COMMAND, rule="judged-already")
    chat.toast(desk.work, pressed.callback_id, pressed.action)
    return Verdict(outcome=Outcome.COMMAND, rule=f"stranger-{pressed.action}")


def decide(desk: Desk, arrival: ArrivalId, *, how: Admission, judge: Judge) -> Waiting:
    """Decide about whoever wrote an arrival, and all else of theirs that waits.

    What is let in is filed as if they had been allowed to write. CannotBeDecided if
    it does not wait.
    """
    waiting = desk.books.waiting(arrival)
    if waiting is None:
        raise CannotBeDecided(f"arrival {arrival} does not wait for a decision")
    if how is Admission.BLOCK:
        _block(desk, waiting, judge)
    elif how is Admission.REFUSE and waiting.person is not None:
        tell_refused(desk, waiting.person)
    desk.work.decisions.append(
        Decision(who=waiting.who, how=how, actor=judge.actor, name=judge.name)
    )
    return waiting


def _block(desk: Desk, waiting: Waiting, judge: Judge) -> None:
    if waiting.is_forged:  # it is somebody else's, who would not be heard then
        raise CannotBeDecided(
            f"the address {waiting.who} was forged: block who it belongs to by name"
        )
    block(desk, Blocking(subject=waiting.who, blocked=True, actor=judge.actor))
