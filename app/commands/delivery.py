"""``delivery``: list, show, retry and cancel."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from app.commands.listing import IN_STATE, Limit, list_newest, minute_of, plain
from app.commands.shared import AsJson, Number, carry_out, config_of, look_up
from app.commands.showing import print_fields, print_json
from tickets.words import DeliveryState, Medium

app = typer.Typer(help="Look at what goes out.", no_args_is_help=True)
State = Annotated[DeliveryState | None, IN_STATE]
By = Annotated[Medium | None, typer.Option(help="Only those that leave this way.")]
COLUMNS = {
    **plain("id", "channel", "target", "kind", "state", "attempts", "ticket"),
    "next": minute_of("next_at"),
    **plain("error"),
}


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
    from storage import traffic

    find = partial(traffic.list_deliveries, state=state, channel=channel)
    list_newest(ctx, find, COLUMNS, limit=limit, as_json=as_json)


@app.command()
def show(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show a delivery with what it is made from."""
    from storage import traffic

    name = f"delivery {number}"
    delivery = look_up(ctx, lambda tx: traffic.show_delivery(tx, number), name)
    (print_json if as_json else print_fields)(delivery)


@app.command()
def retry(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Let a parked or cancelled delivery leave after all."""
    carry_out(config_of(ctx), "delivery retry", {"id": number}, as_json=as_json)


@app.command()
def cancel(ctx: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Keep a delivery that was not sent from leaving."""
    carry_out(config_of(ctx), "delivery cancel", {"id": number}, as_json=as_json)
