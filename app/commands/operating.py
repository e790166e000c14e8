"""``run``, ``check``, ``audit`` and ``db``: what keeps the desk going."""

from __future__ import annotations

import sys
from enum import StrEnum, unique
from typing import Annotated

import typer

from app.commands.shared import AsJson, config_of
from app.commands.showing import print_json, print_table, shown

db = typer.Typer(help="The database.", no_args_is_help=True)
SANDBOX_PORT = 8090


@unique
class Role(StrEnum):
    """A part of the service that may run in a process of its own."""

    INTAKE = "intake"
    WORKER = "worker"
    BOT = "bot"
    RELAY = "relay"
    SCHEDULER = "scheduler"
    HTTP = "http"


Sandbox = Annotated[
    bool,
    typer.Option(
        "--sandbox", help="With a Telegram and mailboxes of its own, on this machine."
    ),
]
SandboxPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help=f"Where its page is, 0 for any free port; else {SANDBOX_PORT}.",
    ),
]
Roles = Annotated[
    list[Role] | None,
    typer.Option(
        "--role", help="Only this part, several times for several; needs PostgreSQL."
    ),
]


def run(
    ctx: typer.Context,
    *,
    sandbox: Sandbox = False,
    sandbox_port: SandboxPort = None,
    role: Roles = None,
) -> None:
    """Run the service until it is told to stop."""
    from app import logs
    from app.config import ConfigError, validate_for_run

    config = config_of(ctx)
    problems = list(validate_for_run(config, sandbox=sandbox))
    if role and config.storage.is_sqlite:
        problems.append(
            "--role: SQLite has one writer, so one process runs every part; "
            "to divide them use storage.url = postgresql+psycopg://…"
        )
    if sandbox_port is not None and not sandbox:
        problems.append("--sandbox-port: only with --sandbox")
    if problems:
        raise ConfigError(problems)
    logs.set_up()
    from app.running import run as serve

    page = (SANDBOX_PORT if sandbox_port is None else sandbox_port) if sandbox else None
    serve(config, sandbox_port=page, roles=tuple(str(one) for one in role or Role))


def check(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Say whether the service could run: settings, database, folders, relay."""
    from app.commands.checks import check_all

    found = check_all(config_of(ctx))
    if as_json:
        print_json([{"part": p.name, "ok": p.ok, "detail": p.detail} for p in found])
    else:
        print_table(
            ("", "part", "detail"),
            [("ok" if p.ok else "WRONG", p.name, p.detail) for p in found],
        )
    if not all(part.ok for part in found):
        raise typer.Exit(1)


def audit(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Hold what was received against what became of it; exit 1 on a difference."""
    from app.commands.looking import look
    from storage.audit import audit as add_up

    found = look(config_of(ctx), add_up)
    figures = found.as_json()
    if as_json:
        print_json(figures)
    else:
        for name, count in figures.items():
            sys.stdout.write(f"{name:<12}{count}\n")
        for finding in found.findings:
            sys.stdout.write(f"{finding.row}: {shown(finding.said)}\n")
    if found.difference or found.findings:
        raise typer.Exit(1)


@db.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the database to this program's schema."""
    from app.commands import changing

    changing.upgrade(config_of(ctx))
    sys.stdout.write("The schema is current.\n")


@db.command()
def forget_secret(ctx: typer.Context) -> None:
    """Let the next start take its secret, where the former one is lost."""
    from app.commands import changing

    changing.forget_secret(config_of(ctx))
    sys.stdout.write("The next start's secret signs; what is older is not known.\n")
