"""What can be wrong with a text that is asked for.

TextsError
    UnknownTextError
    UnknownLanguageError
    FactsError
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TextsError(Exception):
    """A text cannot be put into words."""


class UnknownTextError(TextsError):
    """There is no text of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        near = get_close_matches(name, known, n=1)
        hint = f"; the nearest is {near[0]!r}" if near else ""
        super().__init__(f"there is no text {name!r}{hint}")
        self.name = name


class UnknownLanguageError(TextsError):
    """The service's own language has no catalogue."""

    def __init__(self, language: str, known: Iterable[str]) -> None:
        listed = ", ".join(sorted(known))
        super().__init__(f"no catalogue for language {language!r}; there are: {listed}")
        self.language = language


class FactsError(TextsError):
    """A text lacks a fact that it mentions, or cannot use it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the text {name!r} cannot be filled in: {reason}")
        self.name = name
