"""``bus reconcile`` and ``bus rehearse``: whether a target really has what was sent."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from app.commands.listing import plain, print_rows
from app.commands.moments import moment_of
from app.commands.shared import AsJson, config_of, refuse
from app.commands.showing import print_json

if TYPE_CHECKING:
    from app.config import Config
    from app.reconciling import Reconciled
    from app.settings.tables import Bus

Target = Annotated[
    str | None, typer.Option("--target", help="Only this target, by its name.")
]
Since = Annotated[
    str | None,
    typer.Option(help="Only what was sent since: a day, or a moment (RFC 3339)."),
]
COUNTS = plain("name", "checked", "missing", "extra", "disordered", "repeated")
SAMPLES = {
    **plain("type", "taken", "came_back"),
    "faults": lambda one: (
        "; ".join(one["faults"]) or ("" if one["taken"] else one["answer"])
    ),
}


def reconcile(
    ctx: typer.Context,
    *,
    target: Target = None,
    since: Since = None,
    as_json: AsJson = False,
) -> None:
    """Hold the journal against what the targets have; exit with 1 if they differ."""
    config = config_of(ctx)
    start = (
        moment_of(since, ZoneInfo(config.service.timezone), "--since")
        if since
        else None
    )
    found = [_reconciled(config, one, start) for one in _chosen(config, target)]
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        _print(found)
    if not all(one.comparison.agrees for one in found):
        raise typer.Exit(1)


def _reconciled(config: Config, target: Bus, since: Any) -> Reconciled:
    from app.commands.changing import change
    from app.commands.looking import look, now
    from app.reconciling import reconcile
    from bus.holdings import HoldingsError

    try:
        found = asyncio.run(
            reconcile(lambda job: look(config, job), target, since=since, now=now())
        )
    except HoldingsError as error:
        refuse(str(error))
    change(config, "bus reconciled", {"name": target.name, "result": found.summary()})
    return found


def _chosen(config: Config, name: str | None) -> list[Bus]:
    """Return the targets that are meant; end the command if there is none."""
    if name is None:
        able = [one for one in config.bus if one.can_be_reconciled]
        return able or refuse("no target of the bus can be read again: see config.toml")
    named = [one for one in config.bus if one.name == name]
    return named or refuse(f"there is no target {name!r} of the bus")


def _print(found: list[Reconciled]) -> None:
    print_rows(
        [{"name": one.name, **one.summary()} for one in found], COUNTS, as_json=False
    )
    for one in found:
        comparison = one.comparison
        for kind, finding in (
            ("missing", comparison.missing),
            ("extra", comparison.extra),
            ("out of order", comparison.disordered),
        ):
            for place in finding.places:
                sys.stdout.write(
                    f"{one.name}: {kind}: {place.stream} {place.seq} {place.id}\n"
                )
        if comparison.missing.count:
            sys.stdout.write(
                f"{one.name}: send again with: zayavka bus replay --target {one.name} "
                "--ticket NUMBER (or --since TIME)\n"
            )


def rehearse(
    ctx: typer.Context, *, target: Target = None, as_json: AsJson = False
) -> None:
    """Send an example of every event type, and judge what comes back.

    They bear the source /zayavka/rehearsals/RUN: whoever reads them checks them and
    throws them away.
    """
    from app.commands.looking import now
    from app.rehearsing import rehearse as run_through
    from bus.holdings import HoldingsError

    config = config_of(ctx)
    reports = {}
    for one in config.bus if target is None else _chosen(config, target):
        run = now().strftime("%Y%m%dT%H%M%S")
        try:
            reports[one.name] = asyncio.run(run_through(one, run=run, now=now()))
        except HoldingsError as error:
            refuse(str(error))
    if as_json:
        print_json({name: list(one.rows()) for name, one in reports.items()})
    else:
        for name, report in reports.items():
            read = "read back" if report.judgements is not None else "not read back"
            sys.stdout.write(f"{name}: rehearsal {report.run}, {read}\n")
            print_rows(list(report.rows()), SAMPLES, as_json=False)
    if not all(one.is_right for one in reports.values()):
        raise typer.Exit(1)
