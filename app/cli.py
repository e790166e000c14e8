"""The command line: ``zayavka [--config PATH] COMMAND``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from app.commands import (
    arrival,
    bus,
    delivery,
    demo,
    digest,
    operating,
    people,
    ticket,
    triage,
)
from app.commands.stats import stats

WRONG, BAD_USAGE, INTERRUPTED = 1, 2, 130


class _Guarded(TyperGroup):
    """Turns what is known to go wrong into a few lines and an exit code."""

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read us has seen enough; typer ends quietly
        except Exception as error:
            code = _code_of(error)
            if code is None:
                raise
            for line in str(error).splitlines():
                sys.stderr.write(f"zayavka: {line}\n")
            raise typer.Exit(code) from error


def _code_of(error: Exception) -> int | None:
    """Return the exit code of an error that is no bug; loaded only when it happens."""
    from app.clerk import Refused  # noqa: PLC0415 # see above
    from app.control import ControlError  # noqa: PLC0415 # see above
    from app.demo.desk import DemoError  # noqa: PLC0415 # see above
    from app.settings.problems import ConfigError  # noqa: PLC0415 # see above
    from app.starting import CannotStart  # noqa: PLC0415 # see above
    from storage.errors import StorageError  # noqa: PLC0415 # see above
    from tickets.registry import NotRegistered  # noqa: PLC0415 # see above

    match error:
        case ConfigError():
            return BAD_USAGE
        case StorageError() | ControlError() | Refused() | NotRegistered():
            return WRONG
        case CannotStart() | DemoError() | OSError():
            return WRONG
        case _:
            return None


app = typer.Typer(
    cls=_Guarded,
    name="zayavka",
    help="Zayavka: a support desk for mail and Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(operating.run)
app.command()(operating.check)
app.command()(operating.audit)
app.command()(demo.demo)
app.command()(stats)
app.add_typer(operating.db, name="db")
app.add_typer(ticket.app, name="ticket")
app.add_typer(arrival.app, name="arrival")
app.add_typer(delivery.app, name="delivery")
app.add_typer(bus.app, name="bus")
app.add_typer(digest.app, name="digest")
app.add_typer(people.staff, name="staff")
app.add_typer(people.org, name="org")
app.add_typer(people.contact, name="contact")
app.add_typer(triage.app, name="triage")


@app.callback()
def choose(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help="The configuration; else ./config.toml, else the built-in defaults."
        ),
    ] = None,
) -> None:
    """Keep where the configuration is; it is read by the command that needs it."""
    ctx.obj = config


def main() -> None:
    _open_what_is_closed()
    try:
        app()
    except KeyboardInterrupt:  # while modules were still loaded
        sys.exit(INTERRUPTED)
    finally:
        _flush()


def _open_what_is_closed() -> None:
    """Let who started us without an output read nothing, and us not notice."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 # as long as we live
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 # as long as we live


def _flush() -> None:
    """Write what is left now: at exit Python would complain, and noisily."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # who read us has seen enough
            sys.stderr.write(f"zayavka: the output was not written: {error}\n")
            sys.exit(WRONG)


if __name__ == "__main__":
    main()
