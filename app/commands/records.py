"""How the commands reach the records: a look of their own, and the one writer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from app.clerk import Clerk
from app.config import Config
from app.control import DataDirLock, ask
from app.places import places_of
from app.publishing import mirror_for
from app.settings.secret import load_keys
from storage import once, store
from storage.errors import Locked
from storage.transaction import Job
from tickets.model import Json

T = TypeVar("T")


def look(config: Config, job: Job[T]) -> T:
    """Run a job that only looks, whoever else writes."""
    return once.look(places_of(config), job, clock=_now)


def change(config: Config, name: str, arguments: Json) -> Json:
    """Run a command that writes: through the service that holds SQLite, or directly.

    Refused, NotRegistered or ControlError say why it could not be done.
    """
    if not config.storage.is_sqlite:
        return _directly(config, name, arguments)
    folder = config.service.data_dir
    try:
        with DataDirLock(folder):
            store.upgrade(places_of(config))
            return _directly(config, name, arguments)
    except Locked:
        return ask(folder, name, arguments)


def _directly(config: Config, name: str, arguments: Json) -> Json:
    clerk = clerk_of(config)
    return once.change(
        places_of(config), lambda tx: clerk.perform(tx, name, arguments), clock=_now
    )


def clerk_of(config: Config) -> Clerk:
    """Return what runs the commands that write."""
    return Clerk(
        mirror=mirror_for(config, load_keys(config.service)),
        public_domains=frozenset(config.mail.public_domains),
    )


def upgrade(config: Config) -> None:
    """Bring the schema up to date; Locked if a running service holds SQLite."""
    places = places_of(config)
    if not config.storage.is_sqlite:
        store.upgrade(places)
        return
    with DataDirLock(config.service.data_dir):
        store.upgrade(places)


def _now() -> datetime:
    return datetime.now(UTC)
