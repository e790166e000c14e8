"""Figures add up, and say the same whenever they are counted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.counting import Counted, Turn, count, days_of, horizon
from tickets.digests import Period
from tickets.figures import Figures
from tickets.words import EventType

MOSCOW = ZoneInfo("Europe/Moscow")
END = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = Period(start=END - timedelta(days=7), end=END)
CLOSED, REOPENED = EventType.CLOSED, EventType.REOPENED


def ago(**by: float) -> datetime:
    return END - timedelta(**by)


def ticket(number: str, opened_at: datetime, **more: Any) -> Counted:
    settings: dict[str, Any] = {
        "site": "NN",
        "assignee": None,
        "stage": "new",
        "first_answer_at": None,
        "closed_at": None,
    }
    return Counted(number=number, opened_at=opened_at, **{**settings, **more})


def turn(number: str, type_: EventType, at: datetime) -> Turn:
    return Turn(number=number, type=type_, at=at)


def figures(tickets: list[Counted], *turns: Turn, period: Period = WEEK) -> Figures:
    return count(tickets, turns, period=period, zone=MOSCOW)


def test_what_happened_at_the_end_belongs_to_the_next_period() -> None:
    first, last = WEEK.start, WEEK.end
    found = figures(
        [ticket("NN-1", first), ticket("NN-2", last), ticket("NN-3", ago(days=9))],
        turn("NN-3", CLOSED, last),
    )
    assert (found.opened, found.closed, found.open) == (1, 0, 2)


def test_what_happened_since_is_undone() -> None:
    after = END + timedelta(hours=1)
    found = figures(
        [
            ticket("NN-1", ago(days=9), closed_at=after, stage="closed"),
            ticket("NN-2", ago(days=9)),
            ticket("NN-3", ago(days=9), closed_at=ago(days=8), stage="closed"),
        ],
        turn("NN-1", CLOSED, after),
        turn("NN-2", REOPENED, after),
    )
    assert found.open == 1


def test_a_ticket_closed_twice_counts_twice() -> None:
    found = figures(
        [ticket("NN-1", ago(days=3), closed_at=ago(days=1), stage="closed")],
        turn("NN-1", CLOSED, ago(days=2)),
        turn("NN-1", REOPENED, ago(days=2)),
        turn("NN-1", CLOSED, ago(days=1)),
    )
    assert (found.opened, found.closed, found.reopened, found.open) == (1, 2, 1, 0)


HISTORIES = st.lists(
    st.lists(st.integers(0, 400), min_size=1, max_size=6, unique=True).map(sorted),
    max_size=8,
)


@given(histories=HISTORIES, start=st.integers(0, 399), length=st.integers(1, 400))
def test_open_at_the_start_and_what_happened_make_open_at_the_end(
    histories: list[list[int]], start: int, length: int
) -> None:
    tickets, turns = [], []
    for place, hours in enumerate(histories):
        number = f"NN-{place}"
        opened, *turned = [END + timedelta(hours=one) for one in hours]
        for at, moment in enumerate(turned):
            turns.append(turn(number, REOPENED if at % 2 else CLOSED, moment))
        closed = turned[-1] if len(turned) % 2 else None
        tickets.append(ticket(number, opened, closed_at=closed))
    here = END + timedelta(hours=start)
    period = Period(start=here, end=here + timedelta(hours=length))
    found = figures(tickets, *turns, period=period)
    before = Period(start=here - timedelta(hours=1), end=here)
    at_start = figures(tickets, *turns, period=before).open
    assert found.open == at_start + found.opened - found.closed + found.reopened
    for shares in (found.sites, found.specialists):
        assert sum(one.opened for one in shares) == found.opened
        assert sum(one.closed for one in shares) == found.closed
        assert sum(one.open for one in shares) == found.open


def test_sites_and_specialists_have_their_shares_in_order() -> None:
    found = figures(
        [
            ticket("NN-1", ago(days=1), assignee="Борис"),
            ticket("CH-1", ago(days=1), site="CH", assignee="Анна"),
            ticket("NN-2", ago(days=9)),
        ]
    )
    assert [(one.name, one.opened, one.open) for one in found.sites] == [
        ("CH", 1, 1),
        ("NN", 1, 2),
    ]
    assert [one.name for one in found.specialists] == ["Анна", "Борис", None]


def test_first_answers_are_of_those_given_in_the_period() -> None:
    waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]
    tickets = [
        ticket(
            f"NN-{place}",
            ago(days=60),
            first_answer_at=ago(days=60) + timedelta(seconds=wait),
        )
        for place, wait in enumerate(waits)
    ]
    start = ago(days=60)
    period = Period(start=start, end=start + timedelta(days=1))
    answers = figures(tickets, period=period).first_answers
    assert (answers.count, answers.median, answers.p90) == (10, 5.5, 9.0)
    none = figures(tickets).first_answers
    assert (none.count, none.median, none.p90) == (0, None, None)


def test_the_longest_wait_for_us_is_named_first() -> None:
    tickets = [
        ticket("NN-9", ago(days=2)),
        ticket("NN-8", ago(days=30), stage="waiting"),
        ticket("NN-7", ago(days=30), stage="resolved"),
        ticket("NN-6", ago(days=20), stage="in-progress", assignee="Анна"),
        *(ticket(f"NN-{place}", ago(hours=place)) for place in range(20, 30)),
    ]
    found = figures(tickets).waiting
    assert [one.number for one in found][:3] == ["NN-6", "NN-9", "NN-29"]
    assert len(found) == 5
    assert (found[0].assignee, found[0].since) == ("Анна", ago(days=20))


def test_days_are_those_of_the_clock_on_the_wall() -> None:
    late = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)  # past midnight in Moscow
    found = figures(
        [ticket("NN-1", late), ticket("NN-2", END + timedelta(minutes=5))],
        turn("NN-1", CLOSED, late),
    )
    assert len(found.days) == 14
    last = found.days[-1]
    assert (last.day, last.opened, last.closed) == (date(2026, 11, 23), 1, 1)
    assert sum(one.opened for one in found.days) == 1


@pytest.mark.parametrize(
    ("length", "shown"), [(1, 14), (14, 15), (20, 21), (31, 31), (365, 31)]
)
def test_days_are_enough_to_compare_and_few_enough_to_read(
    length: int, shown: int
) -> None:
    period = Period(start=END - timedelta(days=length), end=END)
    days = days_of(period, MOSCOW)
    assert len(days) == shown
    assert horizon(period, MOSCOW) <= period.start


def test_midnight_ends_the_day_before() -> None:
    midnight = datetime(2026, 11, 22, 21, tzinfo=UTC)
    period = Period(start=midnight - timedelta(days=1), end=midnight)
    assert days_of(period, MOSCOW)[-1] == date(2026, 11, 22)


def test_frozen_figures_are_read_again() -> None:
    found = figures(
        [ticket("NN-1", ago(days=1), first_answer_at=ago(hours=1), assignee="Анна")]
    )
    frozen = json.loads(json.dumps(found.as_json()))
    assert Figures.of(frozen) == found
    with pytest.raises(KeyError):
        Figures.of({})


def test_a_period_is_named_by_its_ends() -> None:
    assert WEEK.key == "2026-11-16T06:00:00Z/2026-11-23T06:00:00Z"
    by_hand = replace(WEEK, by_hand=True)
    assert by_hand.key == f"{WEEK.key}/now"
    assert [Period.of(one.key) for one in (WEEK, by_hand)] == [WEEK, by_hand]
    with pytest.raises(ValueError, match="must end after it starts"):
        Period(start=END, end=END)
    with pytest.raises(ValueError, match="timezone"):
        Period(start=END.replace(tzinfo=None), end=END.replace(tzinfo=None))
