"""``ticket``: list and show."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from app.commands.shared import (
    AsJson,
    Limit,
    config_of,
    hint_at_more,
    refuse,
    rows_wanted,
)
from app.commands.showing import (
    minute,
    print_fields,
    print_json,
    print_table,
    safe,
    shown,
)

app = typer.Typer(help="Look at tickets.", no_args_is_help=True)
Site = Annotated[str | None, typer.Option(help="Only this site's, by its code.")]
Stage = Annotated[str | None, typer.Option(help="Only those in this stage.")]


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
    from app.commands.looking import look
    from storage import views

    rows = rows_wanted(limit, as_json=as_json)
    found = look(
        config_of(ctx),
        lambda tx: views.list_tickets(tx, site=site, stage=stage, limit=rows),
    )
    if as_json:
        print_json(found)
        return
    columns = ("number", "stage", "priority", "organisation", "requester", "assignee")
    print_table(
        [*columns, "opened", "subject"],
        [
            [*(one[key] for key in columns), minute(one["opened_at"]), one["subject"]]
            for one in found
        ],
    )
    hint_at_more(found, limit)


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="The ticket's number, as NN-1024.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a ticket with its people, comments and events."""
    from app.commands.looking import look
    from storage import views

    ticket = look(config_of(ctx), lambda tx: views.show_ticket(tx, number))
    if ticket is None:
        refuse(f"there is no ticket {number}")
    if as_json:
        print_json(ticket)
        return
    print_fields(ticket)
    columns = ("role", "name", "email")
    people = ticket["participants"]
    print_table(columns, [[one[key] for key in columns] for one in people])
    for comment in ticket["comments"]:
        _print_comment(comment)
    print_table(
        ("seq", "event", "actor", "at"),
        [
            (one["seq"], one["type"], one["actor"], minute(one["at"]))
            for one in ticket["events"]
        ],
    )


def _print_comment(comment: dict[str, Any]) -> None:
    words = ("visibility", "trust", "channel")
    marks = ", ".join(shown(comment[key]) for key in words)
    head = f"{shown(comment['author'])}, {minute(comment['at'])} ({marks})"
    sys.stdout.write(f"\n{head}\n{safe(comment['text'], keep=chr(10))}\n")
    for file in comment["attachments"]:
        name = shown(file["name"])
        sys.stdout.write(f"[{name}, {file['size']} bytes, {file['state']}]\n")
