"""``bus``: how the data bus stands, and what it gets again or in another's place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from app.commands import comparing
from app.commands.listing import plain, print_rows
from app.commands.moments import moment_of
from app.commands.shared import (
    AsJson,
    carry_out,
    config_of,
    refuse,
)
from app.commands.showing import View, print_fields, print_json

if TYPE_CHECKING:
    from app.config import Config
    from app.settings.tables import Bus
    from storage.targets import Standing
    from tickets.model import Json

app = typer.Typer(help="Look at the data bus and mend it.", no_args_is_help=True)
GONE = "no longer configured"
Target = Annotated[str, typer.Option(help="A name of [[bus]].")]
OneTarget = Annotated[str | None, typer.Option(help="Only this target.")]
Ticket = Annotated[str | None, typer.Option(help="Its number, such as NN-1.")]
Since = Annotated[
    str | None, typer.Option(help="What happened since a day or moment (RFC 3339).")
]


def _age(one: View) -> str:
    seconds = one["oldest_seconds"]
    return "-" if seconds is None else str(timedelta(seconds=int(seconds)))


COLUMNS = {
    **plain("name"),
    "url": lambda one: one["url"] or GONE,
    **plain("published", "waiting", "parked"),
    "oldest": _age,
    "last error": lambda one: one["last_error"],
}


@app.command()
def status(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Show what each target has, what waits for it, and what a person must look at.

    A target without an address is no longer configured.
    """
    from app.commands.looking import look, now
    from storage.targets import Standing, standings

    targets = {target.name: target for target in config_of(ctx).bus}
    found = look(config_of(ctx), standings)
    rows = [
        _row(name, targets.get(name), found.get(name, Standing()), now=now())
        for name in (*targets, *(one for one in found if one not in targets))
    ]
    print_rows(rows, COLUMNS, as_json=as_json)


app.command()(comparing.reconcile)
app.command()(comparing.rehearse)


def _row(name: str, target: Bus | None, standing: Standing, *, now: datetime) -> View:
    age = (now - standing.oldest).total_seconds() if standing.oldest else None
    return {
        "name": name,
        "url": target.shown_url if target else None,
        "published": standing.published,
        "waiting": standing.waiting,
        "parked": standing.parked,
        "oldest_seconds": age,
        "last_error": standing.last_error,
    }


@app.command()
def skip(
    ctx: typer.Context,
    *,
    target: Target,
    ticket: Ticket = None,
    stream: Annotated[
        str | None, typer.Option(help="Or another stream, such as contact:12.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Told to the target.")] = "skipped",
    as_json: AsJson = False,
) -> None:
    """Let a stream go on without the parked event that its target will not take.

    Another takes its place and says so: the stream has no hole.
    """
    config = config_of(ctx)
    _known(config, target)
    if (ticket is None) == (stream is None):
        raise typer.BadParameter("name a --ticket or a --stream")
    wanted: Json = {
        "target": target,
        "stream": stream or f"ticket:{(ticket or '').upper()}",
        "reason": reason,
    }
    carry_out(config, "bus skip", wanted, as_json=as_json)


@app.command()
def replay(
    ctx: typer.Context,
    *,
    ticket: Ticket = None,
    since: Since = None,
    target: OneTarget = None,
    as_json: AsJson = False,
) -> None:
    """Let events that were sent leave again, as they were and in order."""
    config = config_of(ctx)
    if (ticket is None) == (since is None):
        raise typer.BadParameter("name a --ticket or a time with --since")
    if target is not None:
        _known(config, target)
    targets = [target] if target else [one.name for one in config.bus]
    moment = None
    if since is not None:
        zone = ZoneInfo(config.service.timezone)
        moment = moment_of(since, zone, "--since").isoformat()
    wanted: Json = {"targets": targets, "ticket": ticket, "since": moment}
    told = {"events": _replay(config, wanted)}
    (print_json if as_json else print_fields)(told)


def _known(config: Config, target: str) -> None:
    names = [one.name for one in config.bus]
    if target not in names:
        refuse(f"there is no target {target!r} (there are: {', '.join(names)})")


def _replay(config: Config, wanted: Json) -> int:
    """Let them leave again a stretch at a time, so that others may write between."""
    from app.commands.changing import change

    events = 0
    place: Json = {"after": None, "upto": None}
    more = True
    while more:
        done: View = change(config, "bus replay", {**wanted, **place})
        events += done["events"]
        place = {"after": done["after"], "upto": done["upto"]}
        more = done["more"]
    return events
