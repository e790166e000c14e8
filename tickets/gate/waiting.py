"""Strangers whose messages wait for somebody to decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from tickets.model import Json
from tickets.talk import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The arrival at hand waits until somebody decides about who wrote it.

    ``who`` is their address in lower case, or ``telegram:ID``; ``question`` is what is
    asked, with the ``chat`` where, or None.
    """

    who: str
    question: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A stranger who waits: their address, or ``telegram:ID``; what staff is asked."""

    who: str
    question: Json

    @property
    def is_forged(self) -> bool:
        return bool(self.question["forged"])

    @property
    def person(self) -> Person | None:
        """Return who it is if they wrote to the bot."""
        account, language = self.question.get("account"), self.question.get("language")
        if not isinstance(account, int):
            return None
        return Person(
            id=account,
            name=str(self.question["name"]),
            language=None if language is None else str(language),
        )


@unique
class Admission(StrEnum):
    """What is decided about a stranger."""

    ADMIT = "admit"
    REFUSE = "refuse"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of all that waits of a stranger, by whom, and their name if any."""

    who: str
    how: Admission
    actor: str
    name: str = ""
