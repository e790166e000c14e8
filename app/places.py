"""Where the configuration puts the records."""

from __future__ import annotations

from app.config import Config
from storage.store import Places


def places_of(config: Config) -> Places:
    return Places.of(config.storage.url.get_secret_value(), config.blobs.folder)
