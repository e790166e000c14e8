"""The operators' chat is told of what waits for a person."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from storage.alarms import KIND, raise_alarm
from storage.deliveries import Due
from storage.transaction import Transaction
from tickets.model import ArrivalId, DeliveryId, Json
from tickets.words import Medium
from tickets.work import MailFate

#: What is too late anyway, or an alarm itself: then the operators' chat is the trouble.
_UNTOLD = frozenset({KIND, "toast"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarms:
    """Queues alarms in the transaction that sets something aside.

    Without a ``chat`` nobody is told.
    """

    chat: int | None = None

    def refused(self, tx: Transaction, due: Due, reason: str) -> None:
        """Tell that a target of the bus takes no more of a stream."""
        stream = due.lease.lane.removeprefix(f"bus/{due.target}/")
        kind, _, number = stream.partition(":")
        which = f"--ticket {number}"
        if kind != "ticket":  # a sender may have named it: it goes into a shell
            which = f"--stream {shlex.quote(stream)}"
        facts: Json = {
            "notice": "bus",
            "id": due.id,
            "target": due.target,
            "stream": stream,
            "which": which,
            "reason": reason,
        }
        self._tell(tx, f"bus {due.target}", facts=facts)

    def undelivered(self, tx: Transaction, due: Due, reason: str) -> None:
        """Tell that a mail or a message for a chat could not be delivered."""
        if due.kind in _UNTOLD:
            return
        facts = _delivery(due.id, due.target, reason)
        self._tell(tx, due.channel, facts=facts)

    def bounced(self, tx: Transaction, fate: MailFate) -> None:
        """Tell that a mail was sent and came back."""
        sent = fate.sent
        facts = _delivery(sent.delivery_id, sent.recipient, fate.reason)
        self._tell(tx, Medium.MAIL, facts=facts)

    def unfiled(self, tx: Transaction, arrival: ArrivalId, reason: str) -> None:
        """Tell that something that came in could not be filed."""
        facts: Json = {"notice": "arrival", "id": arrival, "reason": reason}
        self._tell(tx, "arrival", facts=facts)

    def scanner_away(self, tx: Transaction, reason: str) -> None:
        """Tell that files wait, for the scanner does not answer."""
        self._tell(tx, "scanner", facts={"notice": "scanner", "reason": reason})

    def _tell(self, tx: Transaction, subject: str, *, facts: Json) -> None:
        if self.chat is not None:
            raise_alarm(tx, self.chat, subject, facts=facts)


def _delivery(delivery: DeliveryId, target: str, reason: str) -> Json:
    return {"notice": "delivery", "id": delivery, "target": target, "reason": reason}
