"""Times as the clock of a site shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime, get_timezone

_MOMENT = "d MMM y, HH:mm"  # one order in all languages: the day is never the month


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """Whose time is shown: the service's zone, and its sites' by their codes."""

    timezone: str
    zones: Mapping[str, str]

    def moment(self, language: str, at: datetime, number: str) -> str:
        """Write an aware time as they read it at the site of a ticket's number."""
        if at.tzinfo is None:
            raise ValueError("a time without a timezone cannot be shown")
        site = number.rpartition("-")[0]
        zone = get_timezone(self.zones.get(site, self.timezone))
        return format_datetime(at, _MOMENT, tzinfo=zone, locale=language)
