"""``arrival``: list, show and retry."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from app.commands.listing import IN_STATE, Limit, list_newest, minute_of, plain
from app.commands.shared import AsJson, Number, carry_out, config_of, look_up
from app.commands.showing import print_fields, print_json
from tickets.words import ArrivalState

app = typer.Typer(help="Look at what came in.", no_args_is_help=True)
State = Annotated[ArrivalState | None, IN_STATE]
Raw = Annotated[bool, typer.Option("--raw", help="Print the bytes as they came.")]
COLUMNS = {
    **plain("id", "channel", "state", "outcome", "rule", "ticket", "error"),
    "received": minute_of("received_at"),
}


@app.command("list")
def list_arrivals(
    ctx: typer.Context,
    *,
    state: State = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List arrivals, the newest first."""
    from storage import traffic

    find = partial(traffic.list_arrivals, state=state)
    list_newest(ctx, find, COLUMNS, limit=limit, as_json=as_json)


@app.command()
def show(
    ctx: typer.Context, number: Number, *, raw: Raw = False, as_json: AsJson = False
) -> None:
    """Show an arrival with its envelope, or its bytes."""
    from storage import traffic

    name = f"arrival {number}"
    if raw:
        content = look_up(ctx, lambda tx: traffic.raw_arrival(tx, number), name)
        sys.stdout.buffer.write(content)
        return
    arrival = look_up(ctx, lambda tx: traffic.show_arrival(tx, number), name)
    (print_json if as_json else print_fields)(arrival)


@app.command()
def retry(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Let a parked arrival be worked again."""
    carry_out(config_of(ctx), "arrival retry", {"id": number}, as_json=as_json)
