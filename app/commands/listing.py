"""Listings: JSON with all there is, or a table that fits a screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from app.commands.shared import LARGEST, config_of
from app.commands.showing import View, minute, print_json, print_table

if TYPE_CHECKING:
    from storage.transaction import Transaction

#: How many rows a table shows unless told otherwise; JSON gives all of them.
TABLE_ROWS = 50

Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        max=LARGEST,
        help=f"At most so many, the newest. Tables show {TABLE_ROWS}, JSON all.",
    ),
]
IN_STATE = typer.Option(help="Only those in this state.")
#: What stands in a table's columns, by their headings.
Columns = Mapping[str, Callable[[View], object]]


class Newest(Protocol):
    """A query for at most ``limit`` rows, the newest first."""

    def __call__(self, tx: Transaction, *, limit: int | None) -> Sequence[View]: ...


def plain(*keys: str) -> Columns:
    """Return columns that are headed by the keys they show."""
    return {key: itemgetter(key) for key in keys}


def minute_of(key: str) -> Callable[[View], str]:
    """Return what shows a moment, or that there is none."""
    return lambda one: minute(one[key])


def list_newest(
    ctx: typer.Context,
    find: Newest,
    columns: Columns,
    *,
    limit: int | None,
    as_json: bool,
) -> None:
    """Print rows, and for people where a table was cut."""
    from app.commands.looking import look

    most = limit if limit is not None or as_json else TABLE_ROWS
    found = look(config_of(ctx), lambda tx: find(tx, limit=most))
    print_rows(found, columns, as_json=as_json)
    if not as_json and limit is None and len(found) == TABLE_ROWS:
        sys.stderr.write(f"The newest {TABLE_ROWS} are shown; --limit shows more.\n")


def print_rows(rows: Sequence[View], columns: Columns, *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    print_table(
        list(columns), [[cell(one) for cell in columns.values()] for one in rows]
    )
