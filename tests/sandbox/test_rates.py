"""The rate limits: counted in record mode, answered with 429 in enforce mode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InputMediaDocument
from telegram.error import RetryAfter

from sandbox.errors import ApiError
from sandbox.rates import Mode, Rates
from tests.sandbox.stage import GROUP, OLGA, Stage, play


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def limits(clock: Clock, mode: Mode = "enforce", scale: float = 1.0) -> Rates:
    return Rates(mode=mode, clock=clock, scale=scale)


def refused(rates: Rates, chat: int, items: int = 1) -> int:
    """Return retry_after; 0 if the call went through."""
    try:
        rates.spend(chat, items)
    except ApiError as error:
        return error.parameters["retry_after"]
    return 0


def test_twenty_in_any_minute_for_a_group() -> None:
    clock = Clock()
    rates = limits(clock)
    for _ in range(20):
        assert refused(rates, -1) == 0
        clock.now += 1
    assert refused(rates, -1) == 40
    assert refused(rates, -2) == 0
    clock.now += 39.9
    assert refused(rates, -1) == 1
    clock.now += 0.1
    assert refused(rates, -1) == 0
    assert refused(rates, -1) == 1


def test_an_album_counts_its_items_in_a_group() -> None:
    clock = Clock()
    rates = limits(clock)
    assert [refused(rates, -1, 10), refused(rates, -1, 10)] == [0, 0]
    assert refused(rates, -1) == 60


def test_one_a_second_in_a_private_chat_after_a_burst_of_three() -> None:
    clock = Clock()
    rates = limits(clock)
    assert [refused(rates, 7) for _ in range(4)] == [0, 0, 0, 1]
    clock.now += 1
    assert [refused(rates, 7) for _ in range(2)] == [0, 1]
    clock.now += 10
    assert [refused(rates, 7) for _ in range(4)] == [0, 0, 0, 1]


def test_thirty_a_second_in_all() -> None:
    clock = Clock()
    rates = limits(clock)
    assert [refused(rates, chat) for chat in range(1, 32)] == [0] * 30 + [1]
    assert rates.violations == {"rate_all": 1}


def test_recording_counts_and_lets_through() -> None:
    clock = Clock()
    rates = limits(clock, "record")
    for _ in range(23):
        rates.spend(-1, 1)
    assert rates.violations == {"rate_group": 3}


def test_windows_can_be_scaled() -> None:
    clock = Clock()
    rates = limits(clock, scale=0.1)
    assert [refused(rates, -1) for _ in range(21)] == [0] * 20 + [6]
    clock.now += 6
    assert refused(rates, -1) == 0


@given(st.lists(st.floats(min_value=0, max_value=9), max_size=80))
def test_no_minute_ever_holds_more_than_twenty(pauses: list[float]) -> None:
    clock = Clock()
    rates = limits(clock)
    passed: list[float] = []
    for pause in pauses:
        clock.now += pause
        if not refused(rates, -1):
            passed.append(clock.now)
    for end in passed:
        assert sum(end - 60 < moment <= end for moment in passed) <= 20


def test_a_call_too_many_is_429() -> None:
    rates = limits(Clock())
    rates.spend(-1, 20)
    with pytest.raises(ApiError, match="Too Many Requests: retry after 60") as late:
        rates.spend(-1, 1)
    assert late.value.code == 429


def test_sends_edits_topics_and_pins_share_one_budget_and_the_rest_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")

    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        sent = await stage.bot.send_message(GROUP, "x", message_thread_id=thread)
        for number in range(16):
            await sent.edit_text(f"{number}")
        await stage.bot.pin_chat_message(GROUP, sent.id)
        await stage.bot.close_forum_topic(GROUP, thread)
        with pytest.raises(RetryAfter):
            await stage.bot.send_message(GROUP, "x")
        await stage.bot.set_message_reaction(GROUP, sent.id, "👌")
        await stage.bot.get_chat(GROUP)
        await stage.bot.delete_message(GROUP, sent.id)
        await stage.bot.send_message(OLGA, "x")

    play(scene, rate_mode="enforce")


def test_too_many_requests_say_when_to_come_back() -> None:
    async def scene(stage: Stage) -> None:
        album = [InputMediaDocument(b"x")] * 10
        for _ in range(2):
            await stage.bot.send_media_group(GROUP, album)
        token = stage.sandbox.settings.token
        answer = await stage.web.post(
            f"{stage.sandbox.base_url}{token}/sendMessage",
            data={"chat_id": GROUP, "text": "x"},
            headers={"Origin": stage.sandbox.url},
        )
        body = answer.json()
        seconds = body["parameters"]["retry_after"]
        assert answer.status_code == body["error_code"] == 429
        assert body["description"] == f"Too Many Requests: retry after {seconds}"
        assert answer.headers["Retry-After"] == str(seconds)

    play(scene, rate_mode="enforce")


def test_the_mode_can_be_changed_and_the_count_forgotten() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("rates", mode="record")
        for _ in range(5):
            await stage.bot.send_message(OLGA, "x")
        rates = await stage.get("rates")
        assert rates == {"mode": "record", "violations": {"rate_private": 2}}
        await stage.delete("rates")
        assert (await stage.get("rates"))["violations"] == {}

    play(scene, clock=Clock())
