from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bus.publishers import publisher_from
from bus.targets import out_of
from tests.bus.scene import Scene
from tests.replay import replay
from tickets.sending import Sent


@pytest.mark.parametrize("slashes", ["", "//"])
def test_a_file_url_is_a_file_of_lines(tmp_path: Path, slashes: str) -> None:
    path = tmp_path / "var" / "bus.jsonl"
    scene = Scene()

    async def publish() -> None:
        publisher = publisher_from(f"file:{slashes}{path}")
        answers = await publisher.publish([out_of(one) for one in scene.bodies])
        await publisher.close()
        assert all(isinstance(one, Sent) for one in answers)

    asyncio.run(publish())
    assert set(replay(path).organisations) == {12}


def test_a_relative_path_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    publisher = publisher_from("file:bus.jsonl")
    asyncio.run(publisher.publish([out_of(Scene().bodies[0])]))
    asyncio.run(publisher.close())
    assert (tmp_path / "bus.jsonl").exists()


@pytest.mark.parametrize("url", ["kafka:x", "bus.jsonl", "", "file:", "file://host/x"])
def test_another_kind_of_bus_is_refused_by_naming_those_there_are(url: str) -> None:
    with pytest.raises(ValueError, match="file:"):
        publisher_from(url)


def test_a_rabbit_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match=r"bus\.url: \?exchange=NAME is missing"):
        publisher_from("amqp://user:password@localhost")


def test_a_rabbit_is_not_called_before_the_first_event() -> None:
    publisher = publisher_from("amqps://localhost:1?exchange=desk")
    assert asyncio.run(publisher.publish([])) == []
    asyncio.run(publisher.close())


def test_what_a_bus_must_know_is_read_out_of_the_body() -> None:
    scene = Scene()
    scene.mail()
    out = out_of(scene.bodies[-1])
    event = scene.records.events[-1]
    assert (out.event_id, out.key, out.seq) == (event.id, "NN-1", event.seq)
    assert out.type == f"zayavka.ticket.{event.type}.v1"
