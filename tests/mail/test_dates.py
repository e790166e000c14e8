"""A date is understood in the ways that programs write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mail.reading import dates

MORNING = datetime(2026, 7, 1, 7, 52, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 1 Jul 2026 10:52:37 +0300",
        "Wed, 1 Jul 2026 10:52:37 +0300 (MSK)",
        "Wed, 1 Jul 2026 10:52:37 +03:00",
        "Wed, 1 Jul 2026 10:52:37 GMT+03:00",
        "Wed, 1 Jul 2026 10:52:37 UTC+3",
        "Wed, 1 Jul 2026 10:52:37 MSK",
        "Wed, 1 Jul 2026 07:52:37",
        "Wed, 1 Jul 2026 07:52:37 AM +0000",
        "Wed, 1 Jul 2026 07:52:37 PM +1200",
        "1 Jul 26 10:52:37 +0300",
        "Wed Jul  1 07:52:37 2026",
        "Ср, 1 июл 2026 10:52:37 +0300",
        "среда, 1 июля 2026 10:52:37 +0300",
        "2026-07-01T10:52:37+03:00",
        "2026-07-01 10:52:37 +0300",
        "2026-07-01T07:52:37Z",
    ],
)
def test_one_time_is_written_in_many_ways(text: str) -> None:
    assert dates.read(text) == MORNING


@pytest.mark.parametrize(
    "text", ["", "today", "2026-13-45 10:00", "Wed, 99 Jul 2026", "июль", "GMT+99:99"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.read(text) is None
