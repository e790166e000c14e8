"""A mail or a message that only asks how a ticket stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.post.subjects import bare_subject
from tickets.wishes.vocabulary import ASKS, BESIDE, POLITE

#: So often in a day an address may have what it asks for.
MOST, WINDOW = 20, timedelta(days=1)
_NUMBER = re.compile(
    r"(?<![\w-])([A-Z]{1,8}-[0-9]{1,12})(?![\w-])", re.IGNORECASE | re.ASCII
)
_WORD = re.compile(r"[^\W_]+")
_TEXT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked about: a ticket's number in upper case, or all of one's own.

    ``says_more`` that the mail has words for somebody to read.
    """

    number: str | None
    says_more: bool = False


def question_of(letter: Letter, author: Mailbox, *, on_ticket: bool) -> Question | None:
    """Return what a mail asks, in its subject or, ``on_ticket``, as all of its text.

    A subject without a number asks only if nothing more is said: "Status" may be
    about anything. A text without a ticket may ask about what its subject names.
    """
    names = frozenset(_words(author.name))
    text, subject = letter.text, bare_subject(letter.subject)
    is_polite = not letter.files and _is_only(text, ASKS | BESIDE | POLITE | names)
    number = number_in(letter.subject) or (number_in(text) if is_polite else None)
    if _asks(subject, ASKS | BESIDE) and (number or is_polite):
        return Question(number=number, says_more=not is_polite)
    if on_ticket and is_polite and _asks(text, ASKS | BESIDE | POLITE | names):
        return Question(number=number)
    return None


def question_in(text: str) -> Question | None:
    """Return what a message of a chat asks, if it does nothing else."""
    if not _asks(text, ASKS | BESIDE | POLITE):
        return None
    return Question(number=number_in(text))


def may_be_told(desk: Desk, email: str) -> bool:
    """Say whether an address has not had too many answers of this kind in a day."""
    return desk.books.told_since(email, desk.work.now - WINDOW) < MOST


def _asks(text: str, known: frozenset[str]) -> bool:
    words = set(_words(text))
    return bool(words & ASKS) and _is_only(text, known)


def _is_only(text: str, known: frozenset[str]) -> bool:
    return len(text) <= _TEXT and known.issuperset(_words(text))


def _words(text: str) -> list[str]:
    """Return the words but for a ticket's number, as they are compared."""
    bare = _NUMBER.sub(" ", text[: _TEXT + 1])
    return [one.casefold().replace("ё", "е") for one in _WORD.findall(bare)]


def number_in(text: str) -> str | None:
    """Return the first ticket's number in a text, in upper case."""
    found = _NUMBER.search(text[:_TEXT])
    return found[1].upper() if found else None
