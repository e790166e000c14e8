"""A sandbox that was stopped goes on where it was."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import monotonic, sleep

from sandbox.model import User, World
from sandbox.server import Settings
from sandbox.snapshot import dump_world, load_world, save_snapshot
from tests.sandbox.stage import ANNA, GROUP, OLGA, furnish, setting


def test_chats_ids_files_and_pending_updates_survive(tmp_path: Path) -> None:
    settings = Settings(state_path=tmp_path / "state" / "telegram.json")

    async def run() -> None:
        async with setting(settings) as stage:
            await furnish(stage)
            thread = await stage.topic()
            file = await stage.bot.send_document(GROUP, b"abc", filename="a.txt")
            pinned = await stage.write(ANNA, GROUP, "ответ", thread=thread)
            await stage.bot.pin_chat_message(GROUP, pinned["id"])
            await stage.bot.set_message_reaction(GROUP, pinned["id"], "👌")
            before = await stage.get(f"chats/{GROUP}/messages")
            waiting = await stage.updates()
        async with setting(settings) as stage:
            assert await stage.get(f"chats/{GROUP}/messages") == before
            assert await stage.updates() == waiting
            assert file.document
            found = await stage.bot.get_file(file.document.file_id)
            assert bytes(await found.download_as_bytearray()) == b"abc"
            written = await stage.write(ANNA, GROUP, "дальше", thread=thread)
            assert written["id"] == before[-1]["id"] + 1
            fresh = (await stage.updates(offset=-1))[0]
            assert fresh["update_id"] == waiting[-1]["update_id"] + 1
            await stage.bot.send_message(OLGA, "x")

    asyncio.run(run())


def wait_for(path: Path, text: str) -> None:
    end = monotonic() + 5
    while not path.exists() or text not in path.read_text():
        assert monotonic() < end
        sleep(0.02)


def test_the_state_is_saved_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "telegram.json"

    async def run() -> None:
        async with setting(Settings(state_path=path)) as stage:
            await furnish(stage)
            await stage.write(OLGA, OLGA, "привет")
            await asyncio.to_thread(wait_for, path, "привет")

    asyncio.run(run())
    assert json.loads(path.read_text())["queue"]["pending"][0]["id"] == 1


def test_a_snapshot_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "telegram.json"
    world = World(bot=User(id=1, first_name="bot", is_bot=True))
    assert load_world(path) is None
    for number in (1, 2):
        world.next_number = number
        save_snapshot(path, dump_world(world))
        assert load_world(path) == world
    assert [found.name for found in tmp_path.iterdir()] == ["telegram.json"]
