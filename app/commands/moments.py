"""Days and moments as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer


def moment_of(
    text: str, zone: ZoneInfo, option: str, *, later: timedelta = timedelta()
) -> datetime:
    """Read a moment, or a day's midnight by the desk's clock, ``later`` days on."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            "must be a day as 2026-01-31 or a moment as 2026-01-31T12:00:00Z",
            param_hint=option,
        ) from error
    if moment.tzinfo is not None:
        return moment
    is_day = len(text) == len("2026-01-31")
    return moment.replace(tzinfo=zone) + (later if is_day else timedelta())
