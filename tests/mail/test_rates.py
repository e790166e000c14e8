"""What happened within the last minute is counted, in bounded memory."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.door.rates import MINUTE, Rates


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_slides() -> None:
    clock = Clock()
    rates = Rates(clock)
    for _ in range(10):
        rates.add("a")
    assert rates.of("a") == 10
    assert rates.of("b") == 0
    clock.now += 1.5 * MINUTE
    assert rates.of("a") == pytest.approx(5)
    rates.add("a")
    assert rates.of("a") == pytest.approx(6)
    clock.now += 2 * MINUTE
    assert rates.of("a") == 0


@given(st.lists(st.floats(min_value=0, max_value=100), max_size=60))
def test_the_count_is_between_what_the_present_and_the_last_two_minutes_hold(
    pauses: list[float],
) -> None:
    clock = Clock()
    rates = Rates(clock)
    seen: list[float] = []
    for pause in pauses:
        clock.now += pause
        rates.add("a")
        seen.append(clock.now)
        within = sum(clock.now - one < 2 * MINUTE for one in seen)
        assert 1 <= rates.of("a") <= within


def test_a_flood_of_addresses_fills_no_memory_and_hides_nobody_frequent() -> None:
    rates = Rates(Clock(), most=100)
    numbers = count()
    for _ in range(50):
        for _ in range(3):
            rates.add("frequent")
        for _ in range(100):
            rates.add(f"rare {next(numbers)}")
        assert len(rates._now) <= 100
    assert rates.of("frequent") == 150
