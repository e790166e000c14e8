"""What the commands have in common: their options, and how they ask and tell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from app.commands.showing import print_fields, print_json

if TYPE_CHECKING:
    from app.config import Config
    from storage.transaction import Job
    from tickets.model import Json

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
#: The largest number that a column holds.
LARGEST = 2**63 - 1
Number = Annotated[
    int, typer.Argument(metavar="ID", max=LARGEST, help="Its id in the listing.")
]


def config_of(ctx: typer.Context) -> Config:
    """Read the configuration that --config named; ConfigError if it is wrong."""
    from app.config import load

    return load(ctx.obj)


def look_up(ctx: typer.Context, job: Job[T | None], name: str) -> T:
    """Return what a job finds; end the command if it finds nothing."""
    from app.commands.looking import look

    found = look(config_of(ctx), job)
    if found is None:
        refuse(f"there is no {name}")
    return found


def carry_out(config: Config, name: str, wanted: Json, *, as_json: bool) -> None:
    """Run a command that writes, and print what came of it."""
    from app.commands.changing import change

    done = change(config, name, wanted)
    (print_json if as_json else print_fields)(done)


def refuse(said: str) -> NoReturn:
    """End a command whose object is not there."""
    sys.stderr.write(f"zayavka: {said}\n")
    raise typer.Exit(1)
