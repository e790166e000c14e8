"""What the commands have in common: their options, and how they ask and tell."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from app.commands.showing import print_fields, print_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.config import Config
    from storage.transaction import Job
    from tickets.model import Json

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="Its id in the listing.")]


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


def read_moment(
    text: str, zone: ZoneInfo, option: str, *, later: timedelta = timedelta()
) -> datetime:
    """Read a moment, or a day's midnight by the desk's clock, ``later`` days on."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            "must be a day as 2026-01-31 or a moment as 2026-01-31T12:00:00Z",
            param_hint=option,
        ) from error
    if moment.tzinfo is not None:
        return moment
    is_day = len(text) == len("2026-01-31")
    return moment.replace(tzinfo=zone) + (later if is_day else timedelta())


def refuse(said: str) -> NoReturn:
    """End a command whose object is not there."""
    sys.stderr.write(f"zayavka: {said}\n")
    raise typer.Exit(1)
