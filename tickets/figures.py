"""The figures of a stretch of time, and the form in which they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from tickets.digests import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one site or specialist has of the whole; None is nobody's."""

    name: str | None
    opened: int
    closed: int
    open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What happened on one day of the calendar."""

    day: date
    opened: int
    closed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An open ticket that waits for us, not for the partner."""

    number: str
    stage: str
    assignee: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAnswers:
    """How long partners waited for the first answer, in seconds."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What happened in a period, and what was open at its end.

    The tickets open at its start, and opened − closed + reopened, make the open
    ones: a ticket that is closed twice counts twice. Sites and specialists are the
    tickets' own when the figures are made. ``days`` are those of ``timezone`` that
    the period touches, more before a short period and the last of a long one.
    """

    period: Period
    timezone: str
    opened: int
    closed: int
    reopened: int
    open: int
    first_answers: FirstAnswers
    sites: tuple[Share, ...]
    specialists: tuple[Share, ...]
    days: tuple[Day, ...]
    waiting: tuple[Waiting, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what programs read, and what ``of`` makes these figures of again."""
        answers = self.first_answers
        return {
            "since": _text(self.period.start),
            "until": _text(self.period.end),
            "timezone": self.timezone,
            "opened": self.opened,
            "closed": self.closed,
            "reopened": self.reopened,
            "open": self.open,
            "first_answers": {
                "count": answers.count,
                "median_seconds": answers.median,
                "p90_seconds": answers.p90,
            },
            "sites": [_share(one) for one in self.sites],
            "specialists": [_share(one) for one in self.specialists],
            "days": [_day(one) for one in self.days],
            "waiting": [_waiting(one) for one in self.waiting],
        }

    @classmethod
    def of(cls, frozen: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` returned; KeyError or ValueError if it is not that."""
        answers = frozen["first_answers"]
        return cls(
            period=Period(start=_moment(frozen["since"]), end=_moment(frozen["until"])),
            timezone=frozen["timezone"],
            opened=frozen["opened"],
            closed=frozen["closed"],
            reopened=frozen["reopened"],
            open=frozen["open"],
            first_answers=FirstAnswers(
                count=answers["count"],
                median=answers["median_seconds"],
                p90=answers["p90_seconds"],
            ),
            sites=tuple(Share(**one) for one in frozen["sites"]),
            specialists=tuple(Share(**one) for one in frozen["specialists"]),
            days=tuple(
                Day(**{**one, "day": date.fromisoformat(one["day"])})
                for one in frozen["days"]
            ),
            waiting=tuple(
                Waiting(**{**one, "since": _moment(one["since"])})
                for one in frozen["waiting"]
            ),
        )


def _share(one: Share) -> dict[str, Any]:
    return {
        "name": one.name,
        "opened": one.opened,
        "closed": one.closed,
        "open": one.open,
    }


def _day(one: Day) -> dict[str, Any]:
    return {"day": one.day.isoformat(), "opened": one.opened, "closed": one.closed}


def _waiting(one: Waiting) -> dict[str, Any]:
    return {
        "number": one.number,
        "stage": one.stage,
        "assignee": one.assignee,
        "since": _text(one.since),
    }


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
