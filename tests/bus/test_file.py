from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog

from bus.file import JsonLines
from bus.targets import Out
from tickets.sending import Answer, Later, Sent, Uncertain


def out(seq: int, text: str = "Не печатает") -> Out:
    said = {"id": str(seq), "text": text}
    body = json.dumps(said, ensure_ascii=False).encode()
    return Out(event_id=str(seq), type="t", key="NN-7", seq=seq, body=body)


def publish(
    publisher: JsonLines, batch: Sequence[Out], *, close: bool = True
) -> list[Answer]:
    async def run() -> list[Answer]:
        answers = await publisher.publish(batch)
        if close:
            await publisher.close()
        return answers

    return asyncio.run(run())


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.jsonl"


def test_a_batch_is_appended_in_order(path: Path) -> None:
    assert publish(JsonLines(path), [out(1), out(2)]) == [
        Sent("offset 0"),
        Sent(f"offset {len(out(1).body) + 1}"),
    ]
    publish(JsonLines(path), [out(3)])
    assert ids(path) == ["1", "2", "3"]


def test_an_empty_batch_touches_nothing(path: Path) -> None:
    assert publish(JsonLines(path), []) == []
    assert not path.exists()


@pytest.mark.parametrize(
    ("tail", "label"),
    [
        (b'{"id": "2", "ti', "unfinished"),
        (b"{", "one byte"),
        (b'{"id": "2"}', "whole but for the newline"),
        (b'{"id": "2", "ti\n', "not JSON"),
        (b"\0" * 5000, "zeros after a power failure"),
        (b"\0" * 5000 + b"\n", "a line of zeros"),
        (b"x" * 200_000, "longer than what is read at once"),
        (b"\n", "an empty line"),
        (b"7\n", "no object"),
        (b"\xff\xfe\n", "not UTF-8"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_torn_last_line_is_cut_off_and_told(
    path: Path, tail: bytes, label: str
) -> None:
    del label
    publish(JsonLines(path), [out(1)])
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    with structlog.testing.capture_logs() as logged:
        publish(JsonLines(path), [out(2)])
    assert ids(path) == ["1", "2"]
    assert path.read_bytes().startswith(whole)
    assert [(one["event"], one["bytes_cut"]) for one in logged] == [
        ("bus_file_repaired", len(tail))
    ]


def test_a_first_line_that_is_torn_is_cut_off(path: Path) -> None:
    path.write_bytes(b'{"id": "0')
    publish(JsonLines(path), [out(1)])
    assert ids(path) == ["1"]


def test_a_whole_file_is_opened_without_a_word(path: Path) -> None:
    publish(JsonLines(path), [out(1, "x" * 200_000)])
    with structlog.testing.capture_logs() as logged:
        publish(JsonLines(path), [out(2)])
    assert logged == []


def test_a_file_of_something_else_is_left_alone(path: Path) -> None:
    path.write_bytes(b"minutes of a meeting\nheld in March\n")
    answers = publish(JsonLines(path), [out(1), out(2)])
    assert answers == [Later(f"{path} does not hold JSON lines: look at it")] * 2
    assert path.read_bytes() == b"minutes of a meeting\nheld in March\n"


def test_two_writers_never_share_a_file(path: Path) -> None:
    first, second = JsonLines(path), JsonLines(path)
    publish(first, [out(1)], close=False)
    assert publish(second, [out(2)], close=False) == [
        Later(f"{path} is written by another process")
    ]
    publish(first, [])
    assert publish(second, [out(2)]) == [Sent(f"offset {len(out(1).body) + 1}")]
    assert ids(path) == ["1", "2"]


def test_a_file_that_was_moved_away_is_begun_anew(path: Path) -> None:
    publisher = JsonLines(path)
    publish(publisher, [out(1)], close=False)
    path.rename(path.with_name("march.jsonl"))
    publish(publisher, [out(2)], close=False)
    path.unlink()
    publish(publisher, [out(3)])
    assert ids(path.with_name("march.jsonl")) == ["1"]
    assert ids(path) == ["3"]


def test_a_place_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    answers = publish(JsonLines(tmp_path / "var" / "bus.jsonl"), [out(1)])
    assert isinstance(answers[0], Later)


@pytest.fixture
def little_room() -> Iterator[int]:
    """Let no file of this process grow over 100 KB: a disk that fills up."""
    room = 100_000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    yield room
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_batch_that_does_not_fit_leaves_nothing_behind(
    path: Path, little_room: int
) -> None:
    publisher = JsonLines(path)
    publish(publisher, [out(1)], close=False)
    whole = path.read_bytes()
    batch = [out(2), out(3, "x" * little_room), out(4)]
    answers = publish(publisher, batch, close=False)
    assert answers == [Later(f"{path}: File too large")] * 3
    assert path.read_bytes() == whole
    assert isinstance(publish(publisher, [out(2)])[0], Sent)
    assert ids(path) == ["1", "2"]


def test_a_failed_write_that_cannot_be_taken_back_is_uncertain() -> None:
    answers = publish(JsonLines(Path("/dev/full")), [out(1)])
    assert isinstance(answers[0], Uncertain)


WRITER = """
import asyncio, sys
from pathlib import Path
from bus.file import JsonLines
from bus.targets import Out

def out(seq):
    body = b'{"id": "%d", "text": "%s"}' % (seq, b"x" * 3000)
    return Out(event_id=str(seq), type="t", key="NN-7", seq=seq, body=body)

async def main():
    publisher = JsonLines(Path(sys.argv[1]))
    for batch in range(10_000):
        await publisher.publish([out(batch * 10 + n) for n in range(10)])
        print(batch, flush=True)

asyncio.run(main())
"""


def test_a_writer_that_is_killed_loses_nothing_it_confirmed(path: Path) -> None:
    command = [sys.executable, "-P", "-c", WRITER, str(path)]
    for _ in range(2):
        path.unlink(missing_ok=True)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:  # noqa: S603 # our own interpreter
            assert writer.stdout is not None
            confirmed = [writer.stdout.readline() for _ in range(20)]
            writer.kill()
            confirmed += writer.stdout.readlines()
        whole = [one for one in confirmed if one.endswith(b"\n")]
        publish(JsonLines(path), [out(-1)])
        written = ids(path)
        assert written[: 10 * len(whole)] == [str(n) for n in range(10 * len(whole))]
        assert written[-1] == "-1"
