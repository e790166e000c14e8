"""The translations, read from their .po files and built in memory."""

from __future__ import annotations

from gettext import GNUTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "zayavka"


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue, sorted."""
    found = [each.name for each in _locale().iterdir() if each.is_dir()]
    return tuple(sorted(found))


def read(language: str) -> Catalog:
    path = _locale() / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


def translations(language: str) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _locale() -> Traversable:
    return files("templates") / "locale"
