"""Figures are counted: from tickets, and the turns that the journal holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from tickets import process
from tickets.digests import Period
from tickets.figures import Day, Figures, FirstAnswers, Share, Waiting
from tickets.words import EventType

#: How many days are shown one by one: enough to compare, few enough to read.
FEWEST_DAYS, MOST_DAYS = 14, 31
#: How many of the tickets that wait longest are named.
NAMED = 5
TURNS = (EventType.CLOSED, EventType.REOPENED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A ticket as it stands when the figures are made."""

    number: str
    site: str
    assignee: str | None
    stage: str
    opened_at: datetime
    first_answer_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A ticket was closed or reopened."""

    number: str
    type: EventType
    at: datetime


def days_of(period: Period, zone: ZoneInfo) -> list[date]:
    """Return the days that are shown one by one, the last one last."""
    last = (period.end - timedelta(microseconds=1)).astimezone(zone).date()
    touched = (last - period.start.astimezone(zone).date()).days + 1
    shown = min(max(touched, FEWEST_DAYS), MOST_DAYS)
    return [last - timedelta(days=back) for back in reversed(range(shown))]


def horizon(period: Period, zone: ZoneInfo) -> datetime:
    """Return since when tickets and turns are needed to count a period."""
    first = datetime.combine(days_of(period, zone)[0], time(), zone)
    return min(period.start, first.astimezone(UTC))


def count(
    tickets: Sequence[Counted], turns: Iterable[Turn], *, period: Period, zone: ZoneInfo
) -> Figures:
    """Return the figures of a period.

    ``tickets`` are at least those that were open, opened, answered or turned since
    the horizon; ``turns`` all of theirs since then, in the order they came.
    """
    known = {one.number: one for one in tickets}
    turned = [one for one in turns if one.number in known]
    opened = [one for one in tickets if one.opened_at in period]
    closed = [
        known[one.number]
        for one in turned
        if one.type is EventType.CLOSED and one.at in period
    ]
    reopened = [
        one for one in turned if one.type is EventType.REOPENED and one.at in period
    ]
    open_ = _open_at_end(tickets, turned, period.end)

    def shares(key: Callable[[Counted], str | None]) -> tuple[Share, ...]:
        return _shares(*(Counter(map(key, some)) for some in (opened, closed, open_)))

    return Figures(
        period=period,
        timezone=zone.key,
        opened=len(opened),
        closed=len(closed),
        reopened=len(reopened),
        open=len(open_),
        first_answers=_first_answers(tickets, period),
        sites=shares(lambda one: one.site),
        specialists=shares(lambda one: one.assignee),
        days=_days(tickets, turned, days_of(period, zone), zone=zone, end=period.end),
        waiting=_longest(open_),
    )


def _open_at_end(
    tickets: Iterable[Counted], turns: Iterable[Turn], end: datetime
) -> list[Counted]:
    """Undo what happened since: the first turn after the end says what was before."""
    first_after: dict[str, EventType] = {}
    for one in turns:
        if one.at >= end:
            first_after.setdefault(one.number, one.type)
    return [
        one
        for one in tickets
        if one.opened_at < end
        and (
            first_after[one.number] is EventType.CLOSED
            if one.number in first_after
            else one.closed_at is None
        )
    ]


def _first_answers(tickets: Iterable[Counted], period: Period) -> FirstAnswers:
    waits = sorted(
        (one.first_answer_at - one.opened_at).total_seconds()
        for one in tickets
        if one.first_answer_at is not None and one.first_answer_at in period
    )
    if not waits:
        return FirstAnswers(count=0, median=None, p90=None)
    return FirstAnswers(
        count=len(waits),
        median=median(waits),
        p90=waits[math.ceil(len(waits) * 0.9) - 1],
    )


def _shares(
    opened: Counter[str | None], closed: Counter[str | None], open_: Counter[str | None]
) -> tuple[Share, ...]:
    """Return a line for each name, in order; nobody's comes last."""
    names = sorted({*opened, *closed, *open_}, key=lambda one: (one is None, one or ""))
    return tuple(
        Share(name=one, opened=opened[one], closed=closed[one], open=open_[one])
        for one in names
    )


def _days(
    tickets: Iterable[Counted],
    turns: Iterable[Turn],
    days: Sequence[date],
    *,
    zone: ZoneInfo,
    end: datetime,
) -> tuple[Day, ...]:
    def by_day(moments: Iterable[datetime]) -> Counter[date]:
        return Counter(one.astimezone(zone).date() for one in moments if one < end)

    opened = by_day(one.opened_at for one in tickets)
    closed = by_day(one.at for one in turns if one.type is EventType.CLOSED)
    return tuple(Day(day=one, opened=opened[one], closed=closed[one]) for one in days)


def _longest(open_: Iterable[Counted]) -> tuple[Waiting, ...]:
    ours = [
        one
        for one in open_
        if one.closed_at is None and one.stage not in {process.WAITING, *process.ENDED}
    ]
    ours.sort(key=lambda one: (one.opened_at, one.number))
    return tuple(
        Waiting(
            number=one.number,
            stage=one.stage,
            assignee=one.assignee,
            since=one.opened_at,
        )
        for one in ours[:NAMED]
    )
