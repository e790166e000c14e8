"""Times as the clock of a site shows them, how long things took, how big they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    get_timezone,
    get_timezone_location,
)
from babel.units import format_unit

_MOMENT = "d MMM y, HH:mm"  # one order in all languages: the day is never the month
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """Whose time is shown: the service's zone, and its sites' by their codes."""

    timezone: str
    zones: Mapping[str, str]

    def moment(self, language: str, at: datetime, number: str) -> str:
        """Write an aware time as they read it at the site of a ticket's number."""
        site = number.rpartition("-")[0]
        return moment(language, at, self.zones.get(site, self.timezone))


def moment(language: str, at: datetime, zone: str) -> str:
    """Write an aware time as a zone's clock shows it."""
    if at.tzinfo is None:
        raise ValueError("a time without a timezone cannot be shown")
    return format_datetime(at, _MOMENT, tzinfo=get_timezone(zone), locale=language)


def place(language: str, zone: str) -> str:
    """Name the place whose time a zone is."""
    return get_timezone_location(get_timezone(zone), language, return_city=True)


def day(language: str, on: date) -> str:
    return format_date(on, "d MMM", locale=language)


def days(language: str, start: datetime, end: datetime, *, zone: str) -> str:
    """Write the days from ``start`` until before ``end``, as ``16–22 Nov 2026``."""
    clock = get_timezone(zone)
    last = (end - timedelta(microseconds=1)).astimezone(clock).date()
    first = start.astimezone(clock).date()
    if first == last:
        return format_date(first, "d MMM y", locale=language)
    return format_interval(first, last, "yMMMd", locale=language)


def volume(language: str, size: int) -> str:
    """Write a number of bytes as people count them: ``12.4 MB``."""
    unit, one = "kilobyte", 1024
    if size >= 1000 * 1024:
        unit, one = "megabyte", 1024 * 1024
    count = max(round(size / one, 1 if size < 100 * one else 0), 0.1)
    return format_unit(count, f"digital-{unit}", length="short", locale=language)


def span(language: str, seconds: float) -> str:
    """Write how long it took, in its largest unit and the next: ``2 hr 15 min``."""
    left = round(seconds)
    largest = next((at for at, (_, size) in enumerate(_UNITS) if left >= size), -1)
    said: list[str] = []
    for unit, size in _UNITS[largest:][:2]:
        count, left = divmod(left, size)
        if count or not said:
            said.append(format_unit(count, unit, length="short", locale=language))
    return " ".join(said)
