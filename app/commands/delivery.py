"""``delivery``: list, show, retry and cancel."""

from __future__ import annotations

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
from tickets.words import DeliveryState, Medium

app = typer.Typer(help="Look at what goes out.", no_args_is_help=True)
State = Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")]
By = Annotated[Medium | None, typer.Option(help="Only those that leave this way.")]


@app.command("list")
def list_deliveries(
    ctx: typer.Context,
    *,
    state: State = None,
    channel: By = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first."""
    from app.commands.looking import look
    from storage import traffic

    rows = rows_wanted(limit, as_json=as_json)
    found = look(
        config_of(ctx),
        lambda tx: traffic.list_deliveries(
            tx, state=state, channel=channel, limit=rows
        ),
    )
    if as_json:
        print_json(found)
        return
    columns = ("id", "channel", "target", "kind", "state", "attempts", "ticket")
    print_table(
        [*columns, "next", "error"],
        [
            [*(one[key] for key in columns), minute(one["next_at"]), one["error"]]
            for one in found
        ],
    )
    hint_at_more(found, limit)


@app.command()
def show(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show a delivery with what it is made from."""
    from app.commands.looking import look
    from storage import traffic

    delivery = look(config_of(ctx), lambda tx: traffic.show_delivery(tx, number))
    if delivery is None:
        refuse(f"there is no delivery {number}")
    (print_json if as_json else print_fields)(delivery)


@app.command()
def retry(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Let a parked or cancelled delivery leave after all."""
    from app.commands.changing import change

    done = change(config_of(ctx), "delivery retry", {"id": number})
    (print_json if as_json else print_fields)(done)


@app.command()
def cancel(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Keep a delivery that was not sent from leaving."""
    from app.commands.changing import change

    done = change(config_of(ctx), "delivery cancel", {"id": number})
    (print_json if as_json else print_fields)(done)
