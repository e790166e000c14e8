"""``digest``: preview and send."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, config_of
from app.commands.showing import print_fields, print_json
from tickets.digests import Format

if TYPE_CHECKING:
    from app.config import Config
    from tickets.digests import Period, Report
    from tickets.figures import Figures

app = typer.Typer(help="The managers' digests.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The digest's name in the configuration.")]
Out = Annotated[Path | None, typer.Option(help="Write it to this file.")]
As = Annotated[
    Format | None, typer.Option("--format", help="Another than the configured one.")
]


@app.command()
def preview(
    ctx: typer.Context, name: Name, *, out: Out = None, style: As = None
) -> None:
    """Write a digest of the period that is under way, and send nothing."""
    from app.commands.looking import look
    from app.parts.kit import make_texts
    from mail.sending.digests import write_alone
    from storage import digests
    from tickets.model import DeliveryId
    from tickets.outgoing import DigestNotice

    config = config_of(ctx)
    report, period = _find(config, name)
    figures = _count(config, report, period)
    notice = DigestNotice(
        delivery=DeliveryId(0),
        report=report.name,
        recipient=report.recipients[0],
        language=config.service.language,
        format=style or report.format,
        figures=figures,
        subjects=look(config, lambda tx: digests.subjects(tx, figures)),
    )
    page = write_alone(notice, make_texts(config))
    if out is None:
        sys.stdout.write(f"{page}\n")
    else:
        out.write_text(page, encoding="utf-8")


@app.command()
def send(ctx: typer.Context, name: Name, *, as_json: AsJson = False) -> None:
    """Send a digest of the period that is under way; the scheduled one still comes."""
    from app.commands.changing import change

    config = config_of(ctx)
    report, period = _find(config, name)
    wanted = {
        "report": report.name,
        "period": period.key,
        "figures": _count(config, report, period).as_json(),
        "recipients": list(report.recipients),
        "style": report.format,
    }
    done = change(config, "digest send", dict(wanted))
    (print_json if as_json else print_fields)(done)


def _find(config: Config, name: str) -> tuple[Report, Period]:
    """Return a report and what has passed of its period."""
    from app.commands.looking import now
    from app.digests import reports_from
    from scheduler.digests import plan

    for one in plan(reports_from(config)):
        if one.report.name == name:
            return one.report, one.schedule.current(now())
    known = ", ".join(one.name for one in config.digests) or "none"
    raise typer.BadParameter(
        f"{name!r} is no digest of the configuration; there are: {known}",
        param_hint="NAME",
    )


def _count(config: Config, report: Report, period: Period) -> Figures:
    from app.commands.looking import look
    from app.digests import count

    return look(config, lambda tx: count(tx, report, period))
