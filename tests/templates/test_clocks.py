"""How long it took is said in two units, and days by their calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from templates import clocks


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 sec"),
        (0.4, "0 sec"),
        (59.6, "1 min"),
        (90, "1 min 30 sec"),
        (3600, "1 hr"),
        (3 * 3600 + 59, "3 hr"),
        (86_400 + 7200 + 59, "1 day 2 hr"),
        (30 * 86_400, "30 days"),
    ],
)
def test_a_span_is_its_largest_unit_and_the_next(seconds: float, said: str) -> None:
    assert clocks.span("en", seconds) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-15T21:00", "2026-11-22T21:00", "Nov 16 – 22, 2026"),
        ("2026-11-16T06:00", "2026-11-23T06:00", "Nov 16 – 23, 2026"),
        ("2026-11-21T21:00", "2026-11-22T21:00", "22 Nov 2026"),
        ("2026-10-31T21:00", "2026-11-30T21:00", "Nov 1 – 30, 2026"),
    ],
)
def test_the_last_day_is_the_one_before_its_midnight(
    start: str, end: str, said: str
) -> None:
    first, last = (
        datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)
    )
    shown = clocks.days("en", first, last, zone="Europe/Moscow")
    assert shown.replace("\u2009", " ") == said
