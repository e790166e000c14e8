"""Managers' digests: what is reported, to whom, and about which time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, unique
from typing import Self

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
#: What the key of a period ends with that was cut short by hand.
BY_HAND = "/now"


@unique
class Format(StrEnum):
    """What a digest's mail is made of."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A stretch of time: ``start`` belongs to it and ``end`` does not.

    ``by_hand`` says that somebody asked for it before its time.
    """

    start: datetime
    end: datetime
    by_hand: bool = False

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs a timezone")
        if self.start >= self.end:
            raise ValueError(f"a period must end after it starts: {self.key}")

    def __contains__(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    @property
    def key(self) -> str:
        """Return ``2026-11-16T06:00:00Z/2026-11-23T06:00:00Z`` (ISO 8601)."""
        ends = (one.astimezone(UTC).strftime(_MOMENT) for one in (self.start, self.end))
        return "/".join(ends) + (BY_HAND if self.by_hand else "")

    @classmethod
    def of(cls, key: str) -> Self:
        """Read a key; ValueError if it is none."""
        start, end = key.removesuffix(BY_HAND).split("/")
        return cls(
            start=datetime.strptime(start, _MOMENT).replace(tzinfo=UTC),
            end=datetime.strptime(end, _MOMENT).replace(tzinfo=UTC),
            by_hand=key.endswith(BY_HAND),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose tickets are counted; what is empty limits nothing."""

    sites: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()  # by name


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A digest as the operator wants it.

    ``schedule`` are the five fields of cron, read by the clock of ``timezone``.
    """

    name: str
    schedule: str
    timezone: str
    recipients: tuple[str, ...]
    scope: Scope = Scope()
    format: Format = Format.HTML


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """A report about a period, for those who have not had it."""

    report: Report
    period: Period
    recipients: tuple[str, ...]
