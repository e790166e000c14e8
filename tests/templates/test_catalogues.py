"""Every message of the source is in each catalogue, and says the same there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from templates import catalogues

SOURCE = Path(catalogues.__file__).parent
LANGUAGES = catalogues.languages()
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Id = str | tuple[str, ...]


def _extracted() -> dict[Id, None]:
    """Return what pybabel finds with our mapping, as make texts calls it."""
    with (SOURCE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call] # Babel's own
    found = extract_from_dir(SOURCE, method_map=methods, options_map=options)
    return dict.fromkeys(message for _, _, message, _, _ in found)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    yield from (message for message in catalogue if message.id)


def _forms(text: Id | list[str] | None) -> list[str]:
    if text is None or isinstance(text, str):
        return [text or ""]
    return list(text)


def test_there_are_russian_and_english() -> None:
    assert LANGUAGES == ("en", "ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_the_messages_of_the_source_and_no_others(
    language: str,
) -> None:
    catalogue = catalogues.read(language)
    assert {message.id for message in _messages(catalogue)} == set(_extracted())
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_not_fuzzy(language: str) -> None:
    for message in _messages(catalogues.read(language)):
        assert all(_forms(message.string)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    for message in _messages(catalogues.read(language)):
        wanted = {one for form in _forms(message.id) for one in _placeholders(form)}
        for form in _forms(message.string):
            assert set(_placeholders(form)) == wanted, message.id


def _placeholders(text: str) -> list[str]:
    found = _PLACEHOLDER.findall(text)
    assert text.count("%") == len(found), text
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_babel_finds_nothing_wrong(language: str) -> None:
    assert not list(catalogues.read(language).check())


def test_russian_has_three_plural_forms() -> None:
    ngettext = catalogues.translations("ru").ngettext
    one, many = next(
        message.id for message in catalogues.read("ru") if isinstance(message.id, tuple)
    )
    words = {count: ngettext(one, many, count).split()[1] for count in range(200)}
    assert {words[n] for n in (1, 21, 101, 121)} == {"файл"}
    assert {words[n] for n in (2, 3, 4, 22, 104)} == {"файла"}
    assert {words[n] for n in (0, 5, 11, 12, 14, 20, 111, 112)} == {"файлов"}
