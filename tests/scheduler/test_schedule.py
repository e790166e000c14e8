"""A schedule fires by the clock on the wall, on longer and shorter days, too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.schedule import Schedule

CRONS = (
    "30 2 * * *",
    "0 * * * *",
    "*/20 0-4 * * *",
    "0 0 * * *",
    "0 9 * * 1-5",
    "0 0 1 * *",
    "0 9 last * *",
)
ZONES = (
    "UTC",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Cairo",  # at midnight
    "Antarctica/Troll",  # two hours
)


def ends(cron: str, zone: str, *, by: str) -> str:
    """Return the ends of the newest three periods by the zone's own clock."""
    clock = ZoneInfo(zone)
    at = datetime.fromisoformat(by).replace(tzinfo=clock).astimezone(UTC)
    periods = Schedule(cron, zone).ended(at, 3)
    shown = [one.end.astimezone(clock) for one in periods]
    return ", ".join(f"{one:%m-%d %H:%M}" for one in shown)


@pytest.mark.parametrize(
    ("cron", "by", "shown"),
    [
        ("0 9 * * mon", "2026-11-23 09:00", "11-09 09:00, 11-16 09:00, 11-23 09:00"),
        ("0 9 * * mon", "2026-11-23 08:59", "11-02 09:00, 11-09 09:00, 11-16 09:00"),
        ("0 9 * * 1", "2026-11-23 10:00", "11-09 09:00, 11-16 09:00, 11-23 09:00"),
        ("0 9 * * 0", "2026-11-23 10:00", "11-08 09:00, 11-15 09:00, 11-22 09:00"),
        ("0 9 * * 7", "2026-11-23 10:00", "11-08 09:00, 11-15 09:00, 11-22 09:00"),
        ("0 9 * * 1-5", "2026-11-23 10:00", "11-19 09:00, 11-20 09:00, 11-23 09:00"),
        (
            "0 9 * * MON,Fri",
            "2026-11-23 10:00",
            "11-16 09:00, 11-20 09:00, 11-23 09:00",
        ),
        (
            "0 9 * * sat-sun",
            "2026-11-23 10:00",
            "11-15 09:00, 11-21 09:00, 11-22 09:00",
        ),
        ("0 18 last * *", "2026-03-15 10:00", "12-31 18:00, 01-31 18:00, 02-28 18:00"),
        ("0 0 29 2 *", "2026-03-15 10:00", "02-29 00:00, 02-29 00:00"),
        ("*/5 * * * *", "2026-03-15 10:03", "03-15 09:50, 03-15 09:55, 03-15 10:00"),
    ],
)
def test_cron_means_what_it_means_elsewhere(cron: str, by: str, shown: str) -> None:
    assert ends(cron, "Europe/Moscow", by=by) == shown


@pytest.mark.parametrize(
    ("cron", "by", "shown"),
    [
        ("0 9 * * *", "2026-03-30 10:00", "03-28 09:00, 03-29 09:00, 03-30 09:00"),
        ("0 0 * * *", "2026-03-30 10:00", "03-28 00:00, 03-29 00:00, 03-30 00:00"),
        ("30 2 * * *", "2026-03-30 10:00", "03-28 02:30, 03-29 03:30, 03-30 02:30"),
        ("0 0 1 * *", "2019-04-02 10:00", "02-01 00:00, 03-01 00:00, 04-01 00:00"),
    ],
)
def test_a_day_of_23_hours_has_each_of_its_digests(
    cron: str, by: str, shown: str
) -> None:
    assert ends(cron, "Europe/Berlin", by=by) == shown


def test_an_hour_that_comes_twice_has_one_digest() -> None:
    shown = ends("30 2 * * *", "Europe/Berlin", by="2026-10-26 10:00")
    assert shown == "10-24 02:30, 10-25 02:30, 10-26 02:30"
    at = datetime(2026, 10, 26, 9, tzinfo=UTC)
    periods = Schedule("30 2 * * *", "Europe/Berlin").ended(at, 2)
    lengths = [one.end - one.start for one in periods]
    assert lengths == [timedelta(hours=24), timedelta(hours=25)]


@given(
    cron=st.sampled_from(CRONS),
    zone=st.sampled_from(ZONES),
    at=st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 # hypothesis adds the timezone
)
@settings(max_examples=150)
def test_periods_are_the_same_whenever_one_looks(
    cron: str, zone: str, at: datetime
) -> None:
    schedule = Schedule(cron, zone)
    periods = schedule.ended(at, 3)
    assert len(periods) == 3
    assert periods[-1].end <= at < schedule.next(at)
    for before, after in pairwise(periods):
        assert before.end == after.start
    last = periods[-1]
    assert schedule.next(last.start) == last.end
    assert schedule.ended(last.end, 1) == [last]
    assert schedule.ended(last.end - timedelta(seconds=1), 1) == [periods[-2]]


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 9 * *", "five fields"),
        ("", "five fields"),
        ("0 9 1 * 1", "not both"),
        ("0 0 31 2 *", "a day that comes"),
        ("0 25 * * *", "25"),
        ("0 9 * * 8", "weekdays as 0-7"),
        ("0 9 * * foo", "weekdays as 0-7"),
        ("x 9 * * *", "x"),
    ],
)
def test_what_is_no_schedule_is_refused(cron: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Schedule(cron, "UTC")


def test_the_period_under_way_is_as_long_as_it_has_come() -> None:
    at = datetime(2026, 11, 25, 12, 0, 7, 5, tzinfo=UTC)
    period = Schedule("0 9 * * mon", "UTC").current(at)
    assert period.key == "2026-11-23T09:00:00Z/2026-11-25T12:00:08Z/now"
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    period = Schedule("0 9 * * mon", "UTC").current(at)
    assert period.key == "2026-11-23T09:00:00Z/2026-11-23T09:00:01Z/now"
