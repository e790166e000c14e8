"""How the commands look at the records, whoever else writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from app.config import Config
from app.places import places_of
from storage import once
from storage.transaction import Job

T = TypeVar("T")


def look(config: Config, job: Job[T]) -> T:
    """Run a job that only looks, and sees one moment."""
    return once.look(places_of(config), job, clock=now)


def now() -> datetime:
    return datetime.now(UTC)
