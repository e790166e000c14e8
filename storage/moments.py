"""Moments as JSON says them."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(moment: datetime | None) -> str | None:
    """Return a moment in UTC, as ``2026-01-31T12:00:00.000000Z``."""
    if moment is None:
        return None
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
