"""What the commands have in common: their options and the way to the settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.config import Config

#: How many rows a table shows unless told otherwise; JSON gives all of them.
TABLE_ROWS = 50

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        help=f"At most so many, the newest. Tables show {TABLE_ROWS}, JSON all.",
    ),
]
Number = Annotated[int, typer.Argument(metavar="ID", help="Its id in the listing.")]


def config_of(ctx: typer.Context) -> Config:
    """Read the configuration that --config named; ConfigError if it is wrong."""
    from app.config import load

    return load(ctx.obj)


def rows_wanted(limit: int | None, *, as_json: bool) -> int | None:
    return limit if limit is not None or as_json else TABLE_ROWS


def hint_at_more(rows: Sequence[object], limit: int | None) -> None:
    """Say that a table was cut, where programs do not read it."""
    if limit is None and len(rows) == TABLE_ROWS:
        sys.stderr.write(f"The newest {TABLE_ROWS} are shown; --limit shows more.\n")


def refuse(said: str) -> NoReturn:
    """End a command whose object is not there."""
    sys.stderr.write(f"zayavka: {said}\n")
    raise typer.Exit(1)
