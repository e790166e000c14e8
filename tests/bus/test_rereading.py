"""A bus is read again: a file line by line, a receiver by what it answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from bus.holdings import HoldingsError
from bus.rereading import FileHoldings, HttpPositions, holdings_from


def line(seq: int) -> bytes:
    said = {
        "id": f"i{seq}",
        "source": "/zayavka/tickets/NN-1",
        "partitionkey": "NN-1",
        "sequence": f"{seq:010}",
        "type": "zayavka.ticket.opened.v1",
    }
    return json.dumps(said).encode() + b"\n"


def read(path: Path) -> list[int]:
    async def scene() -> list[int]:
        return [one.seq async for one in FileHoldings(path=path).read(None)]

    return asyncio.run(scene())


def test_a_file_is_read_in_its_order_without_a_line_under_way(tmp_path: Path) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(line(2) + b"spoiled\n" + line(1) + line(3)[:-5])
    assert read(path) == [2, 1]


def test_a_file_larger_than_one_read_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "bus.jsonl"
    path.write_bytes(b"".join(line(seq) for seq in range(3000)))
    assert read(path) == list(range(3000))


def test_no_file_holds_nothing_and_a_folder_is_told(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == []
    with pytest.raises(HoldingsError, match="directory"):
        read(tmp_path)


@contextmanager
def receiver(status: int, content: bytes) -> Iterator[str]:
    """Answer every GET with this."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://user:hush@127.0.0.1:{server.server_port}/positions?key=hush"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(url: str) -> dict[str, int]:
    return dict(asyncio.run(HttpPositions(url=url).ask()))


def test_a_receiver_says_how_far_it_is() -> None:
    with receiver(200, b'{"NN-1": 7, "contact-12": 2}') as url:
        assert ask(url) == {"NN-1": 7, "contact-12": 2}


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        pytest.param(500, b"", "answered 500", id="an error"),
        pytest.param(200, b"<html>", "must answer with", id="no JSON"),
        pytest.param(200, b"[1]", "must answer with", id="a list"),
        pytest.param(200, b'{"NN-1": "7"}', "must answer with", id="a string"),
        pytest.param(200, b'{"NN-1": true}', "must answer with", id="true"),
    ],
)
def test_another_answer_is_told_without_what_is_secret(
    status: int, content: bytes, said: str
) -> None:
    with (
        receiver(status, content) as url,
        pytest.raises(HoldingsError, match=said) as told,
    ):
        ask(url)
    assert "hush" not in str(told.value)


def test_nobody_there_is_told() -> None:
    with receiver(200, b"{}") as url:
        pass
    with pytest.raises(HoldingsError, match="127"):
        ask(url)


def test_a_bus_that_cannot_be_read_again_has_no_holdings() -> None:
    assert holdings_from("amqp://h/?exchange=e", None) is None
    assert holdings_from("https://erp.example.org/events", None) is None
    assert holdings_from("file:/var/x", None) == FileHoldings(path=Path("/var/x"))
