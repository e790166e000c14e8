"""No window ever holds more than its limit, and room is found as soon as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.budget import EVERYWHERE, GROUP, OVERALL, PRIVATE, Budget, Limit

START = 1000.0
TICK = 1 / 64  # sums are exact, in microseconds too
TODAY = datetime(2026, 1, 5, tzinfo=UTC)
CHATS = (-100, -200, 7)

steps = st.lists(
    st.tuples(
        st.sampled_from(CHATS),
        st.one_of(st.just(0), st.integers(0, 200), st.integers(0, 4_000)),
        st.integers(0, 20),
    ),
    max_size=60,
)


def limit_of(chat: int) -> Limit:
    return GROUP if chat < 0 else PRIVATE


def count(times: list[float], now: float, length: float) -> int:
    return sum(now - length < one <= now for one in times)


@given(steps)
def test_no_window_holds_more_than_its_limit(steps: list[tuple[int, int, int]]) -> None:
    budget, now = Budget(), START
    sent: dict[int, list[float]] = {chat: [] for chat in CHATS}
    for chat, pause, wanted in steps:
        now += pause * TICK
        cost = min(wanted, budget.available(chat, now))
        budget.spend(chat, cost, now)
        sent[chat] += [now] * cost
    for chat, times in sent.items():
        limit = limit_of(chat)
        assert all(count(times, one, limit.length) <= limit.most for one in times)
    everything = [one for times in sent.values() for one in times]
    assert all(
        count(everything, one, OVERALL.length) <= OVERALL.most for one in everything
    )


@given(steps)
def test_room_is_what_a_count_of_the_whole_history_leaves(
    steps: list[tuple[int, int, int]],
) -> None:
    budget, now = Budget(), START
    sent: list[tuple[int, float]] = []
    for chat, pause, wanted in steps:
        now += pause * TICK
        limit = limit_of(chat)
        own = [one for where, one in sent if where == chat]
        everything = [one for _, one in sent]
        room = min(
            limit.most - count(own, now, limit.length),
            OVERALL.most - count(everything, now, OVERALL.length),
        )
        assert budget.available(chat, now) == max(room, 0)
        budget.spend(chat, wanted, now)
        sent += [(chat, now)] * wanted


@given(steps)
def test_the_next_free_moment_is_the_first_one_with_room(
    steps: list[tuple[int, int, int]],
) -> None:
    budget, now = Budget(), START
    for chat, pause, wanted in steps:
        now += pause * TICK
        free = budget.next_free(chat, now)
        assert free >= now
        assert (free == now) == (budget.available(chat, now) > 0)
        budget.spend(chat, wanted, now)
    for chat in CHATS:
        free = budget.next_free(chat, now)
        if free > now:
            assert budget.available(chat, free - TICK) == 0
        assert budget.available(chat, free) > 0


@given(steps)
def test_a_restored_budget_is_the_one_that_was_lost(
    steps: list[tuple[int, int, int]],
) -> None:
    budget, restored, now = Budget(), Budget(), START
    sent: list[tuple[int, float]] = []
    for chat, pause, wanted in steps:
        now += pause * TICK
        budget.spend(chat, wanted, now)
        sent += [(chat, now)] * wanted
    then = TODAY - timedelta(seconds=now)
    times = [(chat, then + timedelta(seconds=moment)) for chat, moment in sent]
    restored.restore(reversed(times), today=TODAY, now=now)
    for chat in CHATS:
        assert restored.available(chat, now) == budget.available(chat, now)
        assert restored.next_free(chat, now) == budget.next_free(chat, now)


def test_a_block_holds_one_chat_and_leaves_the_others() -> None:
    budget = Budget()
    budget.blocked_until(-100, 40)
    budget.blocked_until(-100, 30)
    assert budget.available(-100, 39) == 0
    assert budget.next_free(-100, 1) == 40
    assert budget.available(-100, 40) == 18
    assert budget.available(-200, 1) == 18


def test_a_block_everywhere_holds_all_chats() -> None:
    budget = Budget()
    budget.blocked_until(EVERYWHERE, 5)
    assert budget.available(7, 4) == 0
    assert budget.next_free(7, 4) == 5


def test_what_was_sent_at_a_later_time_of_day_was_sent_just_now() -> None:
    budget = Budget()
    budget.restore([(7, TODAY + timedelta(hours=1))] * 3, today=TODAY, now=START)
    assert budget.available(7, START) == 0
    assert budget.next_free(7, START) == START + PRIVATE.length


def test_idle_chats_are_forgotten() -> None:
    budget = Budget()
    for chat in range(1, 5_000):
        budget.spend(chat, 1, chat)
    assert len(budget._chats) < 200
