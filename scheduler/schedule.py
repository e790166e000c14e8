"""When a digest is due: cron's five fields, read by the clock of a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from tickets.digests import Period

#: APScheduler counts weekdays from Monday and cron from Sunday; names are the same.
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKDAYS = re.compile(r"(?:\*|([0-7])(?:-([0-7]))?)(?:/([1-7]))?")
#: How far to look for firings, farther only if the nearer look has too few.
LOOKS = tuple(timedelta(days=days) for days in (0.05, 1.1, 9, 70, 800, 5000))
#: Clocks are put on or back by less.
SHIFT = timedelta(hours=3)
_TICK = timedelta(microseconds=1)


class Schedule:
    """Cron's minute, hour, day, month and weekday; ValueError names what is wrong.

    An hour that comes twice where clocks are put back counts once; one that is left
    out where they are put forward is taken an hour later.
    """

    def __init__(self, cron: str, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        # Over a clock that never shifts, for it loses days after those that do:
        # midnight in Berlin on 28 March 2016.
        self._trigger = CronTrigger(**_fields(cron), second=0, timezone=UTC)
        if self._trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)):
            return
        raise ValueError("must name a day that comes")

    def next(self, after: datetime) -> datetime:
        """Return the first firing after a moment."""
        return min(self._looked_for(after, 1, forward=True))

    def last(self, by: datetime) -> datetime:
        """Return the newest firing by a moment."""
        return self._looked_for(by, 1, forward=False)[-1]

    def ended(self, by: datetime, most: int) -> list[Period]:
        """Return the newest periods that have ended, at most so many, in order."""
        firings = self._looked_for(by, most + 1, forward=False)[-most - 1 :]
        return [Period(start=start, end=end) for start, end in pairwise(firings)]

    def current(self, at: datetime) -> Period:
        """Return the period that is under way, until the end of this second."""
        before = self._looked_for(at, 1, forward=False)
        end = at.replace(microsecond=0) + timedelta(seconds=1)
        return Period(start=before[-1], end=end, by_hand=True)

    def _looked_for(
        self, moment: datetime, fewest: int, *, forward: bool
    ) -> list[datetime]:
        """Return the firings around a moment, itself included only looking back."""
        firings: list[datetime] = []
        for look in LOOKS:
            if forward:
                firings = self._firings(moment + _TICK, moment + look)
            else:
                firings = self._firings(moment - look, moment)
            if len(firings) >= fewest:
                break
        return firings

    def _firings(self, since: datetime, until: datetime) -> list[datetime]:
        """Return when the zone's clock shows the schedule's times, in order."""
        found: set[datetime] = set()
        shown = self._clock(since) - SHIFT
        last = self._clock(until) + SHIFT
        while shown <= last:
            shown = self._trigger.get_next_fire_time(None, shown)
            fired = shown.replace(tzinfo=self._zone).astimezone(UTC)
            if since <= fired <= until:
                found.add(fired)
            shown += _TICK
        return sorted(found)

    def _clock(self, moment: datetime) -> datetime:
        """Return what the zone's clock shows, as if it were the clock of UTC."""
        return moment.astimezone(self._zone).replace(tzinfo=UTC)


def _fields(cron: str) -> dict[str, str]:
    fields = cron.lower().split()
    if len(fields) != 5:
        raise ValueError(
            "must be the five fields of cron: minute, hour, day, month, weekday, as "
            "'0 9 * * mon'"
        )
    names = ("minute", "hour", "day", "month", "day_of_week")
    named = dict(zip(names, fields, strict=True))
    if not named["day"].startswith("*") and not named["day_of_week"].startswith("*"):
        raise ValueError("must name days of the month or of the week, not both")
    named["day_of_week"] = _weekdays(named["day_of_week"])
    return named


def _weekdays(field: str) -> str:
    """Return cron's weekdays by their names; 0 and 7 are both Sunday."""
    for number, name in enumerate(WEEKDAYS):
        field = field.replace(name, str(number))
    days: set[int] = set()
    for part in field.split(","):
        found = _WEEKDAYS.fullmatch(part)
        if found is None:
            raise ValueError(f"must have weekdays as 0-7 or sun-sat, not {part!r}")
        days.update(_span(*found.groups()))
    return "*" if len(days) == 7 else ",".join(WEEKDAYS[day] for day in sorted(days))


def _span(first: str | None, last: str | None, step: str | None) -> set[int]:
    start = int(first or 0)
    end = int(last) if last else (start if first and not step else 6)
    if end < start:  # as in sat-mon
        end += 7
    return {day % 7 for day in range(start, end + 1, int(step or 1))}
