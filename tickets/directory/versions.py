"""Which version of a foreign row counts.

A command tells the whole state of one row under the sender's own id and version; only
a newer version than the last one counts, so their order does not matter.
"""

from __future__ import annotations

from tickets.corporate.foreign import Told
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.registry import NotRegistered, plain_name
from tickets.verdict import Verdict
from tickets.words import Outcome

OLDER = Verdict(outcome=Outcome.IGNORED, rule="older-version")


def is_older(told: Told | None, version: int) -> bool:
    return told is not None and version <= told.version


def taken(desk: Desk, told: Told) -> Verdict:
    """Remember what was taken over."""
    desk.work.told.append(told)
    return Verdict(outcome=Outcome.COMMAND, rule="taken-over")


def name_of(name: str) -> str:
    """Return a name on one line."""
    try:
        return plain_name(name)
    except NotRegistered as error:
        raise RefusedError("not-registerable", str(error)) from error
