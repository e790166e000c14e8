"""What the commands print: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

View = Mapping[str, Any]
#: Wider than any row: a pipe has no edge at which to cut.
ENDLESS = 100_000


def print_json(value: Any) -> None:
    """Print for a program; in an encoding that lacks a letter, its escape."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    plain = not encoding.startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print for people; whole rows where there is no terminal to fit."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else ENDLESS)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    console.print(table)


def print_fields(view: View) -> None:
    """Print one thing, a line a field; what it holds in turn is left out."""
    fields = {key: one for key, one in view.items() if not _is_list_of_things(one)}
    width = max(len(key) for key in fields)
    for key, value in fields.items():
        sys.stdout.write(f"{key:<{width}}  {shown(value)}\n")


def _is_list_of_things(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def shown(value: object) -> str:
    """Return a cell's text, with nothing in it that a terminal would obey."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value) or "-"
    if isinstance(value, Mapping):
        named = value.get("name")
        text = str(named) if named else json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return safe(text)


def safe(text: str, *, keep: str = "") -> str:
    """Return what strangers wrote without control characters but ``keep``."""
    return "".join(
        one
        if one in keep or not unicodedata.category(one).startswith("C")
        else "\ufffd"
        for one in text
    )


def minute(moment: str | None) -> str:
    """Shorten a moment for a table: ``2026-01-31 12:00Z``."""
    return "-" if moment is None else f"{moment[:10]} {moment[11:16]}Z"
