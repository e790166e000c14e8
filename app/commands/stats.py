"""``stats``: the figures of a digest, for any stretch of time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from app.commands.shared import AsJson, config_of, read_moment
from app.commands.showing import minute, print_json, print_table
from tickets.digests import Period, Scope

if TYPE_CHECKING:
    from tickets.figures import Figures, Share

#: What is counted unless told otherwise: today and the days before it.
DAYS = 7
DAY = timedelta(days=1)

Since = Annotated[
    str | None,
    typer.Option(help="A day, from its beginning, or a moment (RFC 3339)."),
]
Until = Annotated[
    str | None,
    typer.Option(help="A day, to its end, or a moment. Else until now."),
]
Sites = Annotated[
    list[str] | None, typer.Option("--site", help="Only this site's, by its code.")
]
Organisations = Annotated[
    list[str] | None, typer.Option("--organisation", help="Only this partner's.")
]


def stats(  # each is an option, none has a place
    ctx: typer.Context,
    *,
    since: Since = None,
    until: Until = None,
    site: Sites = None,
    organisation: Organisations = None,
    as_json: AsJson = False,
) -> None:
    """Count what was opened, closed and answered; days are those of the desk."""
    from app.commands.looking import look
    from storage import figures

    config = config_of(ctx)
    zone = ZoneInfo(config.service.timezone)
    period = _period(since, until, zone)
    scope = Scope(sites=tuple(site or ()), organisations=tuple(organisation or ()))
    found = look(config, lambda tx: figures.count(tx, period, scope=scope, zone=zone))
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)


def _period(since: str | None, until: str | None, zone: ZoneInfo) -> Period:
    from app.commands.looking import now

    today = datetime.combine(now().astimezone(zone).date(), time(), zone)
    end = now() if until is None else read_moment(until, zone, "--until", later=DAY)
    start = today - (DAYS - 1) * DAY
    if since is not None:
        start = read_moment(since, zone, "--since")
    try:
        return Period(start=start.astimezone(UTC), end=end.astimezone(UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error


def _print(found: Figures) -> None:
    period, answers = found.period, found.first_answers
    sys.stdout.write(
        f"{minute(period.start.isoformat())} to {minute(period.end.isoformat())}\n\n"
        f"opened {found.opened}, closed {found.closed}, reopened {found.reopened}; "
        f"open at the end {found.open}\n"
        f"first answers {answers.count}: half within {_span(answers.median)}, "
        f"nine of ten within {_span(answers.p90)}\n\n"
    )
    _print_shares("site", found.sites)
    _print_shares("specialist", found.specialists)
    columns = ("waits longest", "since", "stage", "specialist")
    print_table(
        columns,
        [
            (one.number, minute(one.since.isoformat()), one.stage, one.assignee)
            for one in found.waiting
        ],
    )


def _print_shares(name: str, shares: Sequence[Share]) -> None:
    print_table(
        (name, "opened", "closed", "open"),
        [(one.name, one.opened, one.closed, one.open) for one in shares],
    )


def _span(seconds: float | None) -> str:
    return "-" if seconds is None else str(timedelta(seconds=round(seconds)))
