"""The bus on the page: the end of a file that somebody else is writing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox import feed
from sandbox.feed import Feed
from tests.sandbox.stage import Stage, play


def line(number: int, *, ticket: str = "NN-1", padding: str = "") -> bytes:
    event = {
        "id": f"e{number}",
        "source": f"/zayavka/tickets/{ticket}",
        "type": "zayavka.ticket.comment-added.v1",
        "sequence": f"{number:010}",
        "time": f"2026-11-23T10:00:00.{number:06}Z",
        "data": {"text": padding},
    }
    return json.dumps(event).encode() + b"\n"


def numbers(shown: Feed, stream: str = "") -> list[int]:
    return [int(event.sequence) for event in shown.listed(stream)]


def test_the_newest_events_are_first_and_the_rest_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(b"".join(line(number) for number in range(1000)))
    assert numbers(Feed([path])) == list(range(999, 799, -1))


@pytest.mark.parametrize(
    "end",
    [line(3)[:-1], line(3)[:20], b"\xff", b"null\n", b"[1]\n", b"[" * 100_000 + b"\n"],
    ids=["no newline yet", "half", "a byte", "null", "a list", "nested"],
)
def test_what_is_no_whole_event_is_passed_over(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(line(1) + b"\n" + b"{}x\n" + line(2) + end)
    assert numbers(Feed([path])) == [2, 1]


@pytest.mark.parametrize("content", [b"", b"{", b"\n", bytes(100)])
def test_a_file_without_events_is_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(content)
    assert Feed([path]).listed() == []
    assert Feed([tmp_path / "none"]).listed() == []


def test_lines_may_be_longer_than_what_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bus.jsonl"
    whole = [line(number, padding="я" * number * 40) for number in range(20)]
    path.write_bytes(b"".join(whole))
    for block in (1, 7, 500, 10_000):
        monkeypatch.setattr(feed, "_BLOCK", block)
        assert numbers(Feed([path])) == list(range(19, -1, -1))


def test_of_a_large_file_only_the_end_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(line(1) * 1000 + line(2) + line(3))
    monkeypatch.setattr(feed, "TAIL", len(line(2)) * 2 + 20)
    assert numbers(Feed([path])) == [3, 2]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("NN-1", [1]),
        (" nn-1 ", [1]),
        ("NN-", [10, 1]),
        ("NN-10", [10]),
        ("CH", [2]),
        ("EK-7", []),
        ("", [2, 10, 1]),
    ],
)
def test_a_ticket_is_chosen_by_its_number(
    tmp_path: Path, wanted: str, found: list[int]
) -> None:
    path = tmp_path / "bus.jsonl"
    lines = (line(1), line(10, ticket="NN-10"), line(2, ticket="CH-1"))
    path.write_bytes(b"".join(lines))
    assert numbers(Feed([path]), wanted) == found


def test_several_files_are_one_feed(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(line(1) + line(4))
    two.write_bytes(line(2) + line(3))
    assert numbers(Feed([one, two])) == [4, 3, 2, 1]


def test_an_event_changes_the_state(tmp_path: Path) -> None:
    path = tmp_path / "bus.jsonl"

    async def scene(stage: Stage) -> None:
        before = await stage.get("state")
        assert before["has_bus"]
        same = await stage.get(f"state?since={before['version']}")
        assert same == {"version": before["version"]}
        path.write_bytes(line(1) + line(2, ticket="NN-2"))
        after = await stage.get(f"state?since={before['version']}")
        assert after["version"] != before["version"]
        (event,) = await stage.get("bus?stream=NN-2")
        assert (event["stream"], event["event"]["id"]) == ("NN-2", "e2")

    play(scene, bus_paths=(path,))


def test_a_desk_without_such_a_bus_says_so() -> None:
    async def scene(stage: Stage) -> None:
        assert not (await stage.get("state"))["has_bus"]
        assert await stage.get("bus") == []

    play(scene)
