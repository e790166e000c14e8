"""How the commands change the records: through the one writer there is."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext, suppress

from app.clerk import clerk_of
from app.commands.looking import now
from app.config import Config
from app.control import DataDirLock, NotListening, ask
from app.keys import demand_same
from app.places import places_of
from app.settings.secret import load_keys
from storage import keyring, once, store
from storage.errors import Locked
from storage.transaction import Transaction
from tickets.model import Json

#: Seconds that a service may take to listen, or another command to end.
PATIENCE = 10.0
AGAIN = 0.05


def change(config: Config, name: str, arguments: Json) -> Json:
    """Run a command that writes: through the service that holds SQLite, or directly.

    Refused, NotRegistered or ControlError say why it could not be done.
    """
    if not config.storage.is_sqlite:
        return _directly(config, name, arguments)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with DataDirLock(config.service.data_dir):
                store.upgrade(places_of(config))
                return _directly(config, name, arguments)
        except Locked:
            with suppress(NotListening):
                return ask(config.service.data_dir, name, arguments)
            if time.monotonic() > deadline:
                raise
        time.sleep(AGAIN)


def _directly(config: Config, name: str, arguments: Json) -> Json:
    clerk = clerk_of(config)

    def job(tx: Transaction) -> Json:
        demand_same(tx, load_keys(config.service))
        return clerk.perform(tx, name, arguments)

    return once.change(places_of(config), job, clock=now)


def upgrade(config: Config) -> None:
    """Bring the schema up to date; Locked if a running service holds SQLite."""
    with _only_writer(config):
        store.upgrade(places_of(config))


def forget_secret(config: Config) -> None:
    """Let the next start's secret be right; Locked if a service holds SQLite."""
    with _only_writer(config):
        once.change(places_of(config), keyring.forget, clock=now)


def _only_writer(config: Config) -> AbstractContextManager[object]:
    if config.storage.is_sqlite:
        return DataDirLock(config.service.data_dir)
    return nullcontext()
