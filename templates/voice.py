"""One language: its sentences translated, its templates compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from importlib.resources import files

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)
from jinja2.exceptions import UndefinedError

from templates import catalogues, clocks, filters
from templates.clocks import Clocks
from templates.errors import FactsError, UnknownTextError
from templates.sentences import SENTENCES

_PARTS = ("subject.txt", "body.txt", "body.html")
_FACT = 500


class Voice:
    """All texts in one language."""

    def __init__(self, language: str, own: Clocks) -> None:
        known = catalogues.translations(language)
        self._sentences = {
            name: known.gettext(said) for name, said in SENTENCES.items()
        }
        environment = _environment(language, own)
        # The extension adds this method to the environment.
        environment.install_gettext_translations(known, newstyle=False)  # type: ignore[attr-defined]
        environment.globals["label"] = self._label
        self._cards = {
            f"chat.{name.rpartition('.')[0]}": environment.get_template(f"chat/{name}")
            for name in _names("chat")
        }
        self._mails = {
            notice: tuple(
                environment.get_template(f"mail/{notice}/{part}") for part in _PARTS
            )
            for notice in _names("mail")
        }

        self._pages = {
            name.rpartition(".")[0]: environment.get_template(f"page/{name}")
            for name in _names("page")
        }

    def say(self, name: str, facts: Mapping[str, object]) -> str:
        sentence = self._sentences.get(name)
        if sentence is not None:
            return _filled(name, sentence, facts)
        card = self._cards.get(name)
        if card is None:
            raise UnknownTextError(name, [*self._sentences, *self._cards])
        return _rendered(name, card, facts).strip()

    def render(self, notice: str, facts: Mapping[str, object]) -> tuple[str, str, str]:
        """Return subject, text and HTML."""
        parts = self._mails.get(notice)
        if parts is None:
            raise UnknownTextError(notice, self._mails)
        subject, text, html = (_rendered(notice, part, facts) for part in parts)
        return subject.strip(), text, html

    def page(self, name: str, facts: Mapping[str, object]) -> str:
        page = self._pages.get(name)
        if page is None:
            raise UnknownTextError(name, self._pages)
        return _rendered(name, page, facts)

    def _label(self, family: str, name: str) -> str:
        """Return the label of a stage or priority; an operator's own is one already."""
        return self._sentences.get(f"{family}.{name}", name)


def _environment(language: str, own: Clocks) -> Environment:
    environment = Environment(
        autoescape=select_autoescape(["html"], default=False),
        extensions=["jinja2.ext.i18n"],
        loader=FunctionLoader(_source),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals["language"] = language
    environment.globals["days"] = partial(clocks.days, language)
    environment.filters.update(
        instant=datetime.fromisoformat,
        line=filters.line,
        bare=filters.bare,
        prose=filters.prose,
        moment=partial(own.moment, language),
        moment_in=partial(clocks.moment, language),
        place=partial(clocks.place, language),
        day=partial(clocks.day, language),
        span=partial(clocks.span, language),
        volume=partial(clocks.volume, language),
    )
    return environment


def _source(name: str) -> str:
    return files("templates").joinpath(name).read_text("utf-8")


def _names(folder: str) -> Iterator[str]:
    """Name what a folder holds; its own frames begin with an underscore."""
    for each in files("templates").joinpath(folder).iterdir():
        if not each.name.startswith("_"):
            yield each.name


def _filled(name: str, sentence: str, facts: Mapping[str, object]) -> str:
    shown = {key: filters.line(value, _FACT) for key, value in facts.items()}
    try:
        return sentence % shown
    except KeyError as error:
        raise FactsError(name, f"{error} is missing") from error


def _rendered(name: str, template: Template, facts: Mapping[str, object]) -> str:
    try:
        return template.render(facts)
    except UndefinedError as error:
        raise FactsError(name, str(error)) from error
