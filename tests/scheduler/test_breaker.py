"""An outage is probed with one thing at a time, and no more often than it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.breaker import LONGEST_PAUSE, Breaker
from tickets.sending import Answer, Later, Never, Sent, Uncertain

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AWAY = Later("refused")


def failed(times: int) -> Breaker:
    """Return one that is open since ``times`` batches, the last asked at noon."""
    breaker = Breaker()
    for _ in range(times):
        breaker.ask(NOON)
        assert breaker.learn([AWAY])
    return breaker


def test_all_may_be_tried_while_something_is_taken() -> None:
    breaker = Breaker()
    assert breaker.room(NOON, 100) == 100
    breaker.ask(NOON)
    assert not breaker.learn([AWAY, Sent("ok"), AWAY])
    assert breaker.room(NOON, 100) == 100


@pytest.mark.parametrize("answer", [AWAY, Uncertain("lost")], ids=["later", "doubt"])
def test_one_is_tried_after_a_pause_when_nothing_was_taken(answer: Answer) -> None:
    breaker = Breaker()
    breaker.ask(NOON)
    assert breaker.learn([answer] * 100)
    assert breaker.room(NOON + breaker.pause / 2, 100) == 0
    assert breaker.room(NOON + breaker.pause, 100) == 1
    assert breaker.room(NOON + breaker.pause, 0) == 0


def test_nothing_is_tried_while_a_probe_is_out() -> None:
    breaker = failed(1)
    breaker.ask(NOON)
    assert breaker.room(NOON + timedelta(hours=1), 100) == 0
    breaker.learn([AWAY])
    assert breaker.room(NOON + timedelta(hours=1), 100) == 1


@pytest.mark.parametrize("answer", [Sent("ok"), Never("no")], ids=["taken", "refused"])
def test_an_answer_of_whatever_kind_ends_it(answer: Answer) -> None:
    breaker = failed(20)
    breaker.ask(NOON)
    assert not breaker.learn([answer])
    assert breaker.room(NOON, 100) == 100


def test_pauses_grow_to_a_minute() -> None:
    pauses = [failed(times).pause for times in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=5)
    assert pauses[-1] == failed(10**6).pause == LONGEST_PAUSE


def test_a_clock_that_was_set_back_does_not_keep_it_waiting() -> None:
    assert failed(3).room(NOON - timedelta(days=1), 100) == 1
