"""Faults break exactly what they were asked to break, and the log tells the truth."""

from __future__ import annotations

import asyncio
from time import monotonic

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from tests.sandbox.stage import GROUP, OLGA, Stage, play

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="d")]])


async def texts(stage: Stage) -> list[str]:
    return [one["text"] for one in await stage.get(f"chats/{OLGA}/messages")]


def test_a_connection_dropped_before_leaves_nothing_behind() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", method="sendMessage", action="drop_before")
        with pytest.raises(NetworkError) as broken:
            await stage.bot.send_message(OLGA, "потеряно")
        assert isinstance(
            broken.value.__cause__, httpx.NetworkError | httpx.ProtocolError
        )
        await stage.bot.send_message(OLGA, "дошло")
        assert await texts(stage) == ["дошло"]
        lost, arrived = await stage.get("calls?method=sendMessage")
        assert (lost["done"], lost["status"], lost["fault"]) == (
            False,
            0,
            "drop_before",
        )
        assert (arrived["done"], arrived["status"], arrived["fault"]) == (
            True,
            200,
            None,
        )

    play(scene)


def test_a_connection_dropped_after_has_done_its_work() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", method="createForumTopic", action="drop_after")
        with pytest.raises(NetworkError):
            await stage.topic("NN-7 Заявка")
        made = (await stage.updates())[0]["message"]["forum_topic_created"]
        assert made["name"] == "NN-7 Заявка"
        assert (await stage.get("calls?method=createForumTopic"))[0]["done"]

    play(scene)


def test_an_answer_can_be_html_or_json_of_any_status() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", method="getUpdates", action="respond", times=2)
        for _ in range(2):
            with pytest.raises(NetworkError, match=r"(?i)bad gateway"):
                await stage.bot.get_updates()
        assert await stage.updates() == []
        body = {"ok": False, "error_code": 400, "description": "Bad Request: no luck"}
        await stage.post(
            "faults", action="respond_after", status=400, body=body, match={"text": "x"}
        )
        with pytest.raises(BadRequest, match="No luck"):
            await stage.bot.send_message(OLGA, "x")
        assert await texts(stage) == ["x"]

    play(scene)


def test_silence_lasts_until_the_client_gives_up() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", action="silence", match={"chat_id": OLGA})
        with pytest.raises(TimedOut):
            await stage.bot.send_message(OLGA, "x", read_timeout=0.2)
        assert await texts(stage) == []
        await stage.post("faults", action="silence")
        hanging = asyncio.create_task(
            stage.bot.send_message(OLGA, "y", read_timeout=30)
        )
        await asyncio.sleep(0.1)
        began = monotonic()
        await stage.sandbox.stop()
        with pytest.raises(TelegramError):
            await hanging
        assert monotonic() - began < 2

    play(scene)


def test_a_delay_only_delays() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", action="delay", delay=0.2)
        began = monotonic()
        await stage.bot.send_message(OLGA, "x")
        assert monotonic() - began >= 0.2

    play(scene)


def test_chance_strikes_about_as_often_as_told() -> None:
    async def scene(stage: Stage) -> None:
        await stage.post("faults", action="respond", times=None, probability=0.5)
        good = []
        token = stage.sandbox.settings.token
        for _ in range(60):
            answer = await stage.web.get(f"{stage.sandbox.base_url}{token}/getMe")
            good.append(answer.status_code == 200)
        assert 15 < sum(good) < 45
        fault = (await stage.get("faults"))[0]
        assert fault["struck"] == good.count(False)
        await stage.delete("faults")
        assert (await stage.raw("getMe"))["ok"]

    play(scene)


def test_the_log_keeps_parameters_files_and_answers() -> None:
    async def scene(stage: Stage) -> None:
        await stage.bot.send_document(GROUP, b"abc", filename="a.txt", caption="к")
        await stage.bot.send_message(GROUP, "1", reply_markup=KEYS)
        file, text = await stage.get("calls?after=1")
        assert file["params"]["document"] == {"file": "a.txt", "size": 3}
        assert (file["params"]["chat_id"], file["answer"]["ok"]) == (GROUP, True)
        assert text["params"]["reply_markup"] == KEYS.to_dict()
        await stage.delete("calls")
        assert await stage.get("calls") == []

    play(scene)
