"""The sandbox around a desk: a Telegram, its people and a mailbox, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from app.config import Config
from app.settings.kinds import path_of
from app.starting import asking_for
from sandbox.groups import Founding, add_group
from sandbox.model import Member, User
from sandbox.people import add_user
from sandbox.server import Sandbox, Settings
from storage.people import add_specialist, list_specialists
from storage.transaction import Transaction
from tickets.words import Role
from tickets.work import Work

FORUM = -1001000000001
#: Who works at the sandbox's desk.
STAFF = ((1001, "Анна", "Смирнова"), (1002, "Борис", "Кузнецов"))


#: Who may write to it in Telegram, once they have pressed START.
PARTNERS = ((2001, "Ольга", "Иванова"), (2002, "Павел", "Орлов"))


@asynccontextmanager
async def sandbox_for(
    config: Config, port: int
) -> AsyncIterator[tuple[Config, Sandbox]]:
    """Start a sandbox and give it with the configuration that leads to it.

    Its page is at ``port``, or at a free one if that is 0.
    """
    folder = config.service.data_dir / "sandbox"
    mail_dir = folder / "mail"
    settings = Settings(
        port=port,
        state_path=folder / "telegram.json",
        mail_dir=mail_dir,
        written_dir=folder / "written",
        bus_paths=_bus_files(config),
        smtp=(config.mail.smtp.host, config.mail.smtp.port),
        support_address=config.mail.address,
    )
    sandbox = Sandbox(settings)
    with asking_for("--sandbox-port", port):
        await sandbox.start()
    try:
        _people(sandbox)
        yield _pointed(config, sandbox, mail_dir), sandbox
    finally:
        await sandbox.stop()


def _people(sandbox: Sandbox) -> None:
    for user_id, first, last in STAFF + PARTNERS:
        add_user(sandbox.telegram, User(id=user_id, first_name=first, last_name=last))
    members = {user_id: Member(status="member") for user_id, _, _ in STAFF}
    founding = Founding(title="Поддержка", id=FORUM, members=members)
    add_group(sandbox.telegram, founding)


def _bus_files(config: Config) -> tuple[Path, ...]:
    urls = [target.url.get_secret_value() for target in config.bus]
    return tuple(path_of(url) for url in urls if url.startswith("file:"))


def _pointed(config: Config, sandbox: Sandbox, mail_dir: Path) -> Config:
    telegram = config.telegram.model_copy(
        update={
            "enabled": True,
            "token": SecretStr(sandbox.settings.token),
            "api_url": sandbox.url,
        }
    )
    mail = config.mail.model_copy(update={"relay": SecretStr(f"maildir:{mail_dir}")})
    first, *others = config.sites
    first = first.model_copy(update={"telegram_chats": (FORUM,)})
    return config.model_copy(
        update={"telegram": telegram, "mail": mail, "sites": (first, *others)}
    )


def hire(tx: Transaction, work: Work, site: str) -> None:
    """Register the sandbox's staff who are not registered yet."""
    known = {one["telegram_id"] for one in list_specialists(tx)}
    for user_id, first, last in STAFF:
        if user_id not in known:
            add_specialist(
                tx,
                work,
                name=f"{first} {last}",
                telegram_id=user_id,
                site=site,
                role=Role.SPECIALIST,
            )


def welcome(config: Config, sandbox: Sandbox) -> str:
    """Return what the newcomer should see first."""
    smtp = config.mail.smtp
    letter = (
        "From: Ivan <ivan@partner.example>\\nSubject: Printer\\n\\nIt prints no more."
    )
    return (
        f"\n  The desk is open: {sandbox.page_url}\n\n"
        "  Send it a first mail there, or from another terminal:\n\n"
        f"  python3 -c \"import smtplib; smtplib.SMTP('{smtp.host}', {smtp.port})"
        f".sendmail('ivan@partner.example', '{config.mail.address}', '{letter}')\"\n\n"
        "  Ctrl-C stops it.\n"
    )
