"""When to try again: a table, read top to bottom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.retry import (
    DOUBT,
    LONGEST_DELAY,
    PATIENCE,
    Decision,
    Done,
    Park,
    Try,
    Wait,
    backoff,
    decide,
)
from tickets.sending import Answer, Later, Never, Sent, Uncertain

SECOND = timedelta(seconds=1)
YOUNG = Try(number=1, age=SECOND, last_doubt=False)
OLD = Try(number=300, age=PATIENCE + SECOND, last_doubt=False)
DOUBTED = Try(number=2, age=SECOND, last_doubt=True)


def no_luck() -> float:
    return 0.5  # no spread


@pytest.mark.parametrize(
    ("answer", "attempt", "decision"),
    [
        pytest.param(Sent("250"), OLD, Done(Sent("250")), id="sent, however late"),
        pytest.param(Later("busy"), YOUNG, Wait("busy", 2 * SECOND), id="later"),
        pytest.param(
            Later("429", 17 * SECOND), YOUNG, Wait("429", 17 * SECOND), id="time named"
        ),
        pytest.param(
            Later("busy"),
            Try(number=300, age=PATIENCE, last_doubt=False),
            Wait("busy", LONGEST_DELAY),
            id="for seven days",
        ),
        pytest.param(
            Later("busy"), OLD, Park("gave up after 7 days: busy"), id="and no longer"
        ),
        pytest.param(
            Uncertain("lost"), YOUNG, Wait("lost", DOUBT, uncertain=True), id="doubt"
        ),
        pytest.param(
            Uncertain("lost"),
            Try(number=9, age=SECOND, last_doubt=False),
            Wait("lost", 512 * SECOND, uncertain=True),
            id="doubt after many tries",
        ),
        pytest.param(
            Uncertain("lost"),
            DOUBTED,
            Park("the answer was lost again: lost"),
            id="one doubt too many",
        ),
        pytest.param(Never("550"), YOUNG, Park("550"), id="never"),
    ],
)
def test_what_follows_from_an_answer(
    answer: Answer, attempt: Try, decision: Decision
) -> None:
    assert decide(answer, attempt, chance=no_luck) == decision


def test_delays_double_up_to_the_longest() -> None:
    delays = [backoff(n, no_luck).total_seconds() for n in range(14)]
    assert delays[:5] == [2, 2, 4, 8, 16]
    assert delays == sorted(delays)
    assert backoff(10**9, no_luck) == LONGEST_DELAY


def test_delays_are_spread_by_a_half() -> None:
    assert backoff(1, lambda: 0.0) == 1.5 * SECOND
    assert backoff(1, lambda: 1.0) == 2.5 * SECOND


def test_seven_days_hold_tries_to_the_end() -> None:
    total = sum((backoff(n, no_luck) for n in range(1, 400)), timedelta())
    assert total > PATIENCE
