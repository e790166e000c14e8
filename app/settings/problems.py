"""What is wrong with a configuration, in words that name key, value and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from app.settings.shape import Where, is_hidden, is_secret, keys_at
from app.settings.table import Table

#: Keys that the design knows and this version does not act on.
NOT_BUILT = {
    "routing",
    "telegram.webhook_url",
    "telegram.webhook_secret",
    "sites.calendar",
}
#: The same of values.
VALUES_NOT_BUILT = {("telegram.mode", "webhook")}
_CREDENTIALS = re.compile(r"(//)?\S*@")


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` says why, one a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def redact(text: str) -> str:
    """Return a URL without its user and password, a web address without its query."""
    query = ""
    if text.startswith("http"):
        text, query, rest = text.partition("?")
        if "@" in rest:  # then nobody can say where a password ends
            return "***"
    return _CREDENTIALS.sub(r"\1***@", text) + (query and "?***")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return the end of a sentence on a name that nobody knows."""
    names = sorted(known)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.0)
    listed = f" (known: {', '.join(names)})" if len(names) <= 12 else ""
    return f"did you mean {close[0]}?{listed}" if close else "nothing goes here"


def _unknown(where: Where, model: type[Table]) -> str:
    if _dotted(where) in NOT_BUILT:
        return "this version does not do that yet; take it out"
    return f"unknown key; {nearest(str(where[-1]), keys_at(model, where[:-1]))}"


def _unfit(value: Any, where: Where, message: str) -> str:
    plain = _plain(message)
    if isinstance(value, str) and (_dotted(where), value) in VALUES_NOT_BUILT:
        return f"this version does not do that yet; {plain}"
    return plain


def _dotted(where: Where) -> str:
    return ".".join(part for part in where if isinstance(part, str))


def words_of(
    error: ValidationError, *, model: type[Table], origin: Callable[[Where], str]
) -> list[str]:
    """Return a line for each thing pydantic found."""
    lines = []
    for one in error.errors(include_url=False, include_context=False):
        where: Where = one["loc"]
        if one["type"] == "extra_forbidden":
            said = f": {_unknown(where, model)}"
        elif one["type"] == "missing":
            said = ": must be given"
        else:
            value = one["input"]
            unfit = _unfit(value, where, one["msg"])
            said = f"{_shown(value, where, model)}: {unfit}"
        lines.append(f"{origin(where)}{said}")
    return lines


def _shown(value: Any, where: Where, model: type[Table]) -> str:
    if not isinstance(value, (str, int, float)) or is_hidden(model, where):
        return ""
    if is_secret(model, where):
        value = redact(str(value))
    text = repr(value)
    return f" = {text if len(text) < 100 else text[:97] + '...'}"


def _plain(message: str) -> str:
    plain = message.removeprefix("Value error, ")
    plain = re.sub("valid dictionary or instance of \\w+", "table", plain)
    plain = plain.replace("a valid tuple", "a list (in the environment: as JSON)")
    return re.sub("^(Input|String|Value) should", "must", plain)
