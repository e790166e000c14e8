"""Where the configuration comes from: the file, over it the environment."""

from __future__ import annotations

import copy
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource
from typing_extensions import override

from app.settings.problems import ConfigError, nearest
from app.settings.shape import (
    NESTED,
    PREFIX,
    Raw,
    Where,
    dotted,
    tables_in,
    variables,
)
from app.settings.table import Table


def read_file(path: Path) -> Raw:
    """Read a TOML file; ConfigError says where it is broken."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{path}: there is no such file"]) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([f"{path}: {error}"]) from error


class _Variables(EnvSettingsSource):
    """The environment; what is no JSON stays text, to be refused with the rest."""

    @override
    def decode_complex_value(
        self, field_name: str, field: FieldInfo, value: Any
    ) -> Any:
        del field_name, field  # JSON is JSON, whatever it is for
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, (dict, list)) else value


def read_environment(settings: type[BaseSettings]) -> Raw:
    """Return what the ZAYAVKA_ variables say, as tables."""
    return _Variables(settings, env_prefix=PREFIX, env_nested_delimiter=NESTED)()


def unknown_variables(model: type[Table]) -> list[str]:
    """Return a line for each ZAYAVKA_ variable that belongs to no table."""
    return [
        f"{name}: unknown variable; {nearest(name, variables(model))}"
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX)
        and name[len(PREFIX) :].lower().partition(NESTED)[0] not in model.model_fields
    ]


def merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> Raw:
    """Return the tables of ``under`` with the keys of ``over`` laid on top."""
    merged = copy.deepcopy(dict(under))
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def read_secret_files(model: type[Table], raw: Raw, base: Path) -> list[str]:
    """Put the text of each KEY_file in KEY's place; return what stood in the way."""
    return [
        problem
        for table, values, where in tables_in(model, raw)
        for key in table.secrets
        if f"{key}_file" in values
        for problem in _read_secret(values, key, where=where, base=base)
    ]


def _read_secret(table: Raw, key: str, *, where: Where, base: Path) -> list[str]:
    path = table.pop(f"{key}_file")
    named = f"{dotted((*where, f'{key}_file'))} = {path!r}"
    if key in table:
        return [f"{named}: give {key} or {key}_file, not both"]
    try:
        lines = (base / str(path)).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        return [f"{named}: must be a readable file ({error})"]
    if not lines:
        return [f"{named}: must not be an empty file"]
    table[key] = lines if len(lines) > 1 else lines[0]
    return []
