"""How the commands change the records: through the one writer there is."""

from __future__ import annotations

import time
from contextlib import suppress

from app.clerk import clerk_of
from app.commands.looking import now
from app.config import Config
from app.control import DataDirLock, NotListening, ask
from app.places import places_of
from storage import once, store
from storage.errors import Locked
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
    return once.change(
        places_of(config), lambda tx: clerk.perform(tx, name, arguments), clock=now
    )


def upgrade(config: Config) -> None:
    """Bring the schema up to date; Locked if a running service holds SQLite."""
    places = places_of(config)
    if not config.storage.is_sqlite:
        store.upgrade(places)
        return
    with DataDirLock(config.service.data_dir):
        store.upgrade(places)
