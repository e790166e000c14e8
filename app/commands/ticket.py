"""``ticket``: list and show."""

from __future__ import annotations

import sys
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

import typer

from app.commands.listing import (
    Columns,
    Limit,
    list_newest,
    minute_of,
    plain,
    print_rows,
)
from app.commands.shared import AsJson, look_up
from app.commands.showing import minute, print_fields, print_json, safe, shown

app = typer.Typer(help="Look at tickets.", no_args_is_help=True)
Site = Annotated[str | None, typer.Option(help="Only this site's, by its code.")]
Stage = Annotated[str | None, typer.Option(help="Only those in this stage.")]
COLUMNS = {
    **plain("number", "stage", "priority", "organisation", "requester", "assignee"),
    "opened": minute_of("opened_at"),
    **plain("subject"),
}
PEOPLE = plain("role", "name", "email")
EVENTS: Columns = {
    "seq": itemgetter("seq"),
    "event": itemgetter("type"),
    "actor": itemgetter("actor"),
    "at": minute_of("at"),
}


@app.command("list")
def list_tickets(
    ctx: typer.Context,
    *,
    site: Site = None,
    stage: Stage = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List tickets, the newest first."""
    from storage import views

    find = partial(views.list_tickets, site=site, stage=stage)
    list_newest(ctx, find, COLUMNS, limit=limit, as_json=as_json)


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="The ticket's number, as NN-1024.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a ticket with its people, comments and events."""
    from storage import views

    name = f"ticket {number}"
    ticket = look_up(ctx, lambda tx: views.show_ticket(tx, number), name)
    if as_json:
        print_json(ticket)
        return
    print_fields(ticket)
    print_rows(ticket["participants"], PEOPLE, as_json=False)
    for comment in ticket["comments"]:
        _print_comment(comment)
    print_rows(ticket["events"], EVENTS, as_json=False)


def _print_comment(comment: dict[str, Any]) -> None:
    words = ("visibility", "trust", "channel")
    marks = ", ".join(shown(comment[key]) for key in words)
    head = f"{shown(comment['author'])}, {minute(comment['at'])} ({marks})"
    sys.stdout.write(f"\n{head}\n{safe(comment['text'], keep=chr(10))}\n")
    for file in comment["attachments"]:
        name = shown(file["name"])
        said = f": {shown(file['scan'])}" if "scan" in file else ""
        sys.stdout.write(f"[{name}, {file['size']} bytes, {file['state']}{said}]\n")
