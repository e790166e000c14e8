"""What the tables look like from outside: their keys, secrets and variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from app.settings.table import Table

PREFIX = "ZAYAVKA_"
NESTED = "__"
Raw = dict[str, Any]
Where = tuple[str | int, ...]


def dotted(where: Where) -> str:
    """Return ``sites[0].code`` for ("sites", 0, "code")."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def table_of(annotation: Any) -> type[Table] | None:
    """Return the table a key holds, alone or as a list; None for plain values."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Table):
            return kind
    return None


def table_at(model: type[Table], where: Where) -> type[Table] | None:
    found: type[Table] | None = model
    for part in where:
        if isinstance(part, str):
            field = found.model_fields.get(part) if found else None
            found = table_of(field.annotation) if field else None
    return found


def keys_at(model: type[Table], where: Where) -> list[str]:
    """Return the keys that may stand in a table."""
    table = table_at(model, where)
    if table is None:
        return []
    return [*table.model_fields, *(f"{key}_file" for key in table.secrets)]


def is_secret(model: type[Table], where: Where) -> bool:
    """Say whether a value holds something that only the program may know."""
    keys = [part for part in where if isinstance(part, str)]
    table = table_at(model, tuple(keys[:-1]))
    return table is not None and bool(keys) and keys[-1] in table.secrets


def is_hidden(model: type[Table], where: Where) -> bool:
    """Say whether a value is a secret as a whole, not a URL that holds one."""
    return is_secret(model, where) and not {"url", "relay"}.intersection(where)


def variable(where: Where) -> str:
    """Return the variable that sets a key."""
    keys = [part.upper() for part in where if isinstance(part, str)]
    return PREFIX + NESTED.join(keys)


def variables(model: type[Table], above: Where = ()) -> Iterator[str]:
    """Return the name of every variable that may be set."""
    for key in keys_at(model, ()):
        field = model.model_fields.get(key)
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, Table):
            yield from variables(inner, (*above, key))
        else:
            yield variable((*above, key))


def tables_in(model: type[Table], raw: Raw, above: Where = ()) -> Iterator[Any]:
    """Walk the tables that were read: each with its model and its place."""
    yield model, raw, above
    for key, field in model.model_fields.items():
        inner, value = table_of(field.annotation), raw.get(key)
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from tables_in(inner, value, (*above, key))
        for index, one in enumerate(value if isinstance(value, list) else ()):
            if isinstance(one, dict):
                yield from tables_in(inner, one, (*above, key, index))
