"""getUpdates: what confirms, what is forgotten, who is thrown out."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import Conflict

from tests.sandbox.stage import ANNA, GROUP, OLGA, ControlError, Stage, play

# Poll penalties have their own test; elsewhere they only cost time.
QUICK = 0.001


async def write_three(stage: Stage) -> list[int]:
    for text in "абв":
        await stage.write(OLGA, OLGA, text)
    pending = (await stage.get("updates"))["pending"]
    return [update["id"] for update in pending]


def ids(updates: list[dict[str, int]]) -> list[int]:
    return [update["update_id"] for update in updates]


def test_a_higher_offset_confirms_and_zero_does_not() -> None:
    async def scene(stage: Stage) -> None:
        first, second, third = await write_three(stage)
        assert [second - first, third - second] == [1, 1]
        for _ in range(2):
            await asyncio.sleep(0.02)
            assert ids(await stage.updates(offset=0)) == [first, second, third]
        assert ids(await stage.updates(offset=second)) == [second, third]
        assert ids(await stage.updates()) == [second, third]
        assert ids(await stage.updates(offset=third + 1)) == []
        assert ids(await stage.updates()) == []

    play(scene, window_scale=QUICK)


def test_an_offset_beyond_the_tail_falls_back_to_the_head() -> None:
    async def scene(stage: Stage) -> None:
        waiting = await write_three(stage)
        assert ids(await stage.updates(offset=waiting[-1] + 2)) == waiting

    play(scene)


def test_a_negative_offset_forgets_all_but_the_last() -> None:
    async def scene(stage: Stage) -> None:
        waiting = await write_three(stage)
        assert ids(await stage.updates(offset=-1)) == waiting[-1:]
        assert ids(await stage.updates()) == waiting[-1:]

    play(scene)


def test_a_limit_cuts_the_batch() -> None:
    async def scene(stage: Stage) -> None:
        waiting = await write_three(stage)
        assert ids(await stage.updates(limit=2)) == waiting[:2]

    play(scene)


def test_a_long_poll_answers_as_soon_as_something_comes() -> None:
    async def scene(stage: Stage) -> None:
        poll = asyncio.create_task(stage.updates(timeout=10))
        await asyncio.sleep(0.05)
        written = await stage.write(OLGA, OLGA, "привет")
        async with asyncio.timeout(2):
            update = (await poll)[0]
        assert update["message"] == written["message"]

    play(scene)


def test_the_older_of_two_polls_is_thrown_out() -> None:
    async def scene(stage: Stage) -> None:
        older = asyncio.create_task(stage.bot.get_updates(timeout=10))
        await asyncio.sleep(0.05)
        newer = asyncio.create_task(stage.updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older
        await stage.write(OLGA, OLGA, "привет")
        assert len(await newer) == 1

    play(scene)


def test_asking_the_same_again_at_once_is_slowed_down() -> None:
    now = 1_700_000_000.0

    async def scene(stage: Stage) -> None:
        nonlocal now
        assert ids(await stage.updates()) == []
        poll = asyncio.create_task(stage.updates(timeout=0))
        await asyncio.sleep(0.05)
        assert not poll.done()
        waiting = await write_three(stage)
        assert ids(await poll) == waiting[:1]
        assert ids(await stage.updates()) == waiting[:1]
        now += 0.6
        assert ids(await stage.updates()) == waiting

    play(scene, clock=lambda: now)


def test_kinds_that_were_not_asked_for_are_never_made() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(GROUP, "x")
        react = f"chats/{GROUP}/messages/{sent.id}/react"
        await stage.post(react, user_id=ANNA, emoji=["👍"])
        assert await stage.updates() == []
        allowed = ["message_reaction", "message"]
        assert await stage.updates(allowed_updates=allowed) == []
        await stage.post(react, user_id=ANNA, emoji=["👎"])
        reaction = (await stage.updates(offset=0))[0]["message_reaction"]
        assert reaction["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
        assert reaction["message_id"] == sent.id
        await stage.post(f"users/{OLGA}", blocked=True)  # my_chat_member: not asked for
        assert len(await stage.updates()) == 1
        await stage.updates(allowed_updates=[])
        await stage.post(f"users/{OLGA}", blocked=False)
        assert "my_chat_member" in (await stage.updates())[-1]

    play(scene, window_scale=QUICK)


def test_others_seats_are_told_only_on_request() -> None:
    async def scene(stage: Stage) -> None:
        await stage.updates(allowed_updates=["chat_member"])
        await stage.post(f"chats/{GROUP}/members", user_id=ANNA, status="left")
        change = (await stage.updates())[0]["chat_member"]
        assert change["new_chat_member"]["status"] == "left"

    play(scene, window_scale=QUICK)


def test_confirmed_updates_can_come_again() -> None:
    async def scene(stage: Stage) -> None:
        waiting = await write_three(stage)
        await stage.updates(offset=waiting[-1] + 1)
        assert await stage.post("updates/redeliver", count=2) == {"count": 2}
        assert ids(await stage.updates()) == waiting[1:]

    play(scene)


def test_ids_may_start_again_lower() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("updates/next-id", id=5000)
        await stage.write(OLGA, OLGA, "один")
        assert ids(await stage.updates()) == [5000]
        with pytest.raises(ControlError):
            await stage.post("updates/next-id", id=7)
        await stage.updates(offset=5001)
        await stage.post("updates/next-id", id=7)
        await stage.write(OLGA, OLGA, "два")
        assert ids(await stage.updates(offset=5001)) == [7]
        assert ids(await stage.updates(offset=8)) == []

    play(scene, window_scale=QUICK)


def test_dropping_the_webhook_can_drop_what_waits() -> None:
    async def scene(stage: Stage) -> None:
        await write_three(stage)
        assert (await stage.bot.get_webhook_info()).pending_update_count == 3
        await stage.bot.delete_webhook()
        assert len(await stage.updates()) == 3
        await stage.bot.delete_webhook(drop_pending_updates=True)
        assert await stage.updates(offset=1) == []

    play(scene)


def test_a_bot_that_is_a_mere_member_hears_what_is_meant_for_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post(f"chats/{GROUP}/members", status="member")
        seen = (await stage.updates())[-1]["update_id"]
        sent = await stage.bot.send_message(GROUP, "вопрос")
        await stage.write(ANNA, GROUP, "между собой")
        await stage.write(ANNA, GROUP, "/stats")
        await stage.write(ANNA, GROUP, "ответ", reply_to=sent.id)
        heard = await stage.updates(offset=seen + 1)
        assert [one["message"]["text"] for one in heard] == ["/stats", "ответ"]

    play(scene)
