"""``arrival``: list, show and retry."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.commands.shared import (
    AsJson,
    Limit,
    Number,
    config_of,
    hint_at_more,
    refuse,
    rows_wanted,
)
from app.commands.showing import minute, print_fields, print_json, print_table
from tickets.words import ArrivalState

app = typer.Typer(help="Look at what came in.", no_args_is_help=True)
State = Annotated[ArrivalState | None, typer.Option(help="Only those in this state.")]
Raw = Annotated[bool, typer.Option("--raw", help="Print the bytes as they came.")]


@app.command("list")
def list_arrivals(
    ctx: typer.Context,
    *,
    state: State = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List arrivals, the newest first."""
    from app.commands.looking import look
    from storage import traffic

    rows = rows_wanted(limit, as_json=as_json)
    found = look(
        config_of(ctx), lambda tx: traffic.list_arrivals(tx, state=state, limit=rows)
    )
    if as_json:
        print_json(found)
        return
    columns = ("id", "channel", "state", "outcome", "rule", "ticket", "error")
    print_table(
        [*columns, "received"],
        [[*(one[key] for key in columns), minute(one["received_at"])] for one in found],
    )
    hint_at_more(found, limit)


@app.command()
def show(
    ctx: typer.Context, number: Number, *, raw: Raw = False, as_json: AsJson = False
) -> None:
    """Show an arrival with its envelope, or its bytes."""
    from app.commands.looking import look
    from storage import traffic

    config = config_of(ctx)
    if raw:
        content = look(config, lambda tx: traffic.raw_arrival(tx, number))
        if content is None:
            refuse(f"there is no arrival {number}")
        sys.stdout.buffer.write(content)
        return
    arrival = look(config, lambda tx: traffic.show_arrival(tx, number))
    if arrival is None:
        refuse(f"there is no arrival {number}")
    (print_json if as_json else print_fields)(arrival)


@app.command()
def retry(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Let a parked arrival be worked again."""
    from app.commands.changing import change

    done = change(config_of(ctx), "arrival retry", {"id": number})
    (print_json if as_json else print_fields)(done)
