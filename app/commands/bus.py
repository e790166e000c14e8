"""``bus``: how the data bus stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from app.commands import comparing
from app.commands.listing import plain, print_rows
from app.commands.shared import AsJson, config_of
from app.commands.showing import View

if TYPE_CHECKING:
    from app.settings.tables import Bus
    from storage.targets import Standing

app = typer.Typer(help="Look at the data bus.", no_args_is_help=True)
GONE = "no longer configured"


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
