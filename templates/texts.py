"""Everything people read, by name and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from templates import catalogues
from templates.clocks import Clocks
from templates.errors import UnknownLanguageError
from templates.voice import Voice


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A mail in words; ``html`` is a whole page."""

    subject: str
    text: str
    html: str


class Texts:
    """All texts in all languages, compiled once.

    ``language`` is the service's own, spoken to those whose language has no
    catalogue; ``timezone`` the service's own, ``zones`` those of its sites by
    their codes (IANA names).
    """

    def __init__(
        self,
        *,
        language: str,
        timezone: str,
        zones: Mapping[str, str] | None = None,
    ) -> None:
        clocks = Clocks(timezone=timezone, zones=zones or {})
        self._voices = {code: Voice(code, clocks) for code in catalogues.languages()}
        own = self._nearest(language)
        if own is None:
            raise UnknownLanguageError(language, self._voices)
        self._own = own

    def say(self, name: str, language: str, /, **facts: object) -> str:
        """Return a sentence, label or card of the chat, as plain text.

        Raises UnknownTextError and FactsError.
        """
        return self._voice(language).say(name, facts)

    def render(self, notice: str, language: str, /, **facts: object) -> Rendered:
        """Return a mail notice in words. Raises UnknownTextError and FactsError."""
        subject, text, html = self._voice(language).render(notice, facts)
        return Rendered(subject=subject, text=text, html=html)

    def page(self, name: str, language: str, /, **facts: object) -> str:
        """Return a page for a browser. Raises UnknownTextError and FactsError."""
        return self._voice(language).page(name, facts)

    def _voice(self, language: str) -> Voice:
        return self._voices.get(language) or self._nearest(language) or self._own

    def _nearest(self, language: str) -> Voice | None:
        """Return the voice for ``ru`` when asked for ``ru-RU`` or ``ru_RU``."""
        code = language.lower()
        return self._voices.get(code.replace("_", "-").partition("-")[0])
