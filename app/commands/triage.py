"""``triage``: strangers who wait to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.commands.listing import minute_of, plain, print_rows
from app.commands.shared import AsJson, Number, carry_out, config_of

if TYPE_CHECKING:
    from tickets.model import Json

app = typer.Typer(help="Decide about strangers who wait.", no_args_is_help=True)
COLUMNS = {
    **plain("id", "channel", "who", "name", "subject", "messages", "forged"),
    "since": minute_of("since"),
}


@app.command("list")
def list_waiting(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List who waits, the first who came before all others."""
    from app.commands.looking import look
    from storage import triage

    found = look(config_of(ctx), triage.list_waiting)
    print_rows(found, COLUMNS, as_json=as_json)


@app.command()
def accept(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """File all that a stranger wrote as if they had been known."""
    _decide(ctx, number, "admit", as_json=as_json)


@app.command()
def refuse(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Leave what a stranger wrote until now; it opens no ticket."""
    _decide(ctx, number, "refuse", as_json=as_json)


@app.command()
def block(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Leave what a stranger wrote, and read nothing more of theirs."""
    _decide(ctx, number, "block", as_json=as_json)


def _decide(ctx: typer.Context, number: int, decision: str, *, as_json: bool) -> None:
    wanted: Json = {"id": number, "decision": decision}
    carry_out(config_of(ctx), "triage", wanted, as_json=as_json)
