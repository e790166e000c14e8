"""``staff``, ``org`` and ``contact``: add and list; block, and hear again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.listing import plain, print_rows
from app.commands.shared import AsJson, carry_out, config_of
from tickets.words import Role

if TYPE_CHECKING:
    from app.config import Config
    from tickets.model import Json

staff = typer.Typer(help="The specialists.", no_args_is_help=True)
contact = typer.Typer(help="The people who write.", no_args_is_help=True)
org = typer.Typer(help="The partners' organisations.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="As others read it.")]
TelegramId = Annotated[int, typer.Option(help="The person's id in Telegram.")]
Site = Annotated[str, typer.Option(help="The site's code.")]
AnySite = Annotated[str | None, typer.Option(help="The site's code; none means any.")]
Email = Annotated[
    str | None,
    typer.Option(help="From where they forward partners' mails."),
]
As = Annotated[Role, typer.Option(help="What they may do.")]
Domains = Annotated[
    list[str], typer.Option("--domain", help="A mail domain of theirs.")
]
STAFF = plain("id", "name", "telegram_id", "site", "role", "email", "active")
PARTNERS = plain("id", "name", "site", "domains", "blocked")
BLOCKED = plain("kind", "who", "id", "name", "since", "actor")
Partner = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")]
Sender = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS",
        help="ivan@example.org; @example.org for all of a domain and below it; "
        "telegram:ID.",
    ),
]


@staff.command("add")
def add_specialist(  # noqa: PLR0913 # each is an option, none has a place
    ctx: typer.Context,
    *,
    name: Name,
    telegram_id: TelegramId,
    site: Site,
    role: As = Role.SPECIALIST,
    email: Email = None,
    as_json: AsJson = False,
) -> None:
    """Register a specialist, who may then work from the forum groups."""
    config = config_of(ctx)
    _check_site(config, site)
    carry_out(
        config,
        "staff add",
        {
            "name": name,
            "telegram_id": telegram_id,
            "site": site,
            "role": role,
            "email": email,
        },
        as_json=as_json,
    )


@staff.command("list")
def list_specialists(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the specialists by name."""
    from app.commands.looking import look
    from storage import people

    found = look(config_of(ctx), people.list_specialists)
    print_rows(found, STAFF, as_json=as_json)


@org.command("add")
def add_organisation(
    ctx: typer.Context,
    *,
    name: Name,
    domain: Domains,
    site: AnySite = None,
    as_json: AsJson = False,
) -> None:
    """Register a partner; people who write from its domains belong to it."""
    config = config_of(ctx)
    if site is not None:
        _check_site(config, site)
    wanted = {"name": name, "domains": domain, "site": site}
    carry_out(config, "org add", dict(wanted), as_json=as_json)


@org.command("list")
def list_organisations(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the organisations by name."""
    from app.commands.looking import look
    from storage import people

    found = look(config_of(ctx), people.list_organisations)
    print_rows(found, PARTNERS, as_json=as_json)


@org.command("block")
def block_organisation(
    ctx: typer.Context, name: Partner, *, as_json: AsJson = False
) -> None:
    """Read nothing more that a partner's people write; nobody is told."""
    wanted: Json = {"name": name, "blocked": True}
    carry_out(config_of(ctx), "org block", wanted, as_json=as_json)


@org.command("unblock")
def unblock_organisation(
    ctx: typer.Context, name: Partner, *, as_json: AsJson = False
) -> None:
    """Read again what a partner's people write from now on."""
    wanted: Json = {"name": name, "blocked": False}
    carry_out(config_of(ctx), "org block", wanted, as_json=as_json)


@contact.command("block")
def block_contact(ctx: typer.Context, who: Sender, *, as_json: AsJson = False) -> None:
    """Read nothing more of a sender, or of a whole domain; nobody is told."""
    wanted: Json = {"who": who, "blocked": True}
    carry_out(config_of(ctx), "contact block", wanted, as_json=as_json)


@contact.command("unblock")
def unblock_contact(
    ctx: typer.Context, who: Sender, *, as_json: AsJson = False
) -> None:
    """Read again what comes from a sender or a domain from now on."""
    wanted: Json = {"who": who, "blocked": False}
    carry_out(config_of(ctx), "contact block", wanted, as_json=as_json)


@contact.command("blocked")
def list_blocked(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the partners, people and domains that are blocked."""
    from app.commands.looking import look
    from storage import blocking

    found = look(config_of(ctx), blocking.list_blocked)
    print_rows(found, BLOCKED, as_json=as_json)


def _check_site(config: Config, site: str) -> None:
    codes = [one.code for one in config.sites]
    if site not in codes:
        raise typer.BadParameter(
            f"{site!r} is no site of the configuration; allowed: {', '.join(codes)}",
            param_hint="--site",
        )
