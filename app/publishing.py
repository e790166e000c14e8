"""What lets the bus know of changes, from whichever process makes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.config import Config
from app.links import SignedLinks
from bus.mirror import mirror
from bus.schemas import Schemas
from tickets.work import Work

Mirror = Callable[[Work], None]


def mirror_for(config: Config, keys: tuple[bytes, ...]) -> Mirror:
    """Return what adds the bus's deliveries to a piece of work."""
    links = SignedLinks(base_url=config.http.base_url, keys=keys)
    targets = [target.name for target in config.bus]
    return partial(mirror, targets=targets, schemas=Schemas(), links=links)
