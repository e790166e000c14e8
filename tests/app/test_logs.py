"""The log: known events, ids, and never a secret."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typing_extensions import override

from app.logs import HIDDEN, Happened, set_up

ROOT = Path(__file__).parents[2]
FOLDERS = ("app", "bot", "bus", "mail", "scheduler", "storage", "templates")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"  # noqa: S105 # looks like one


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    set_up(stream=out)
    yield out
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def events() -> Iterator[tuple[str, str]]:
    """Yield every event that the program logs, and where."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in LEVELS
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "log"
                ):
                    said = node.args[0]
                    name = said.value if isinstance(said, ast.Constant) else "?"
                    yield str(name), f"{path}:{node.lineno}"


def test_every_event_is_of_the_vocabulary() -> None:
    known = set(Happened)
    assert [found for found in events() if found[0] not in known] == []


def test_an_event_is_a_line_of_json_with_its_ids(written: io.StringIO) -> None:
    structlog.get_logger().info(Happened.STARTED, arrival=7)
    line = json.loads(written.getvalue())
    assert (line["event"], line["level"], line["arrival"]) == ("started", "info", 7)
    assert line["timestamp"].endswith("Z")


def test_what_names_or_looks_like_a_secret_is_not_written(written: io.StringIO) -> None:
    structlog.get_logger().warning(
        Happened.POLLING_FAILED,
        bot_token="x-y-z",  # noqa: S106 # what must not be written
        raw=b"bytes",
        body="what people wrote",
        reason=f"GET https://api.telegram.org/bot{TOKEN}/getMe and smtp://u:pw@host",
    )
    line = json.loads(written.getvalue())
    assert line["bot_token"] == line["raw"] == line["body"] == HIDDEN
    assert TOKEN not in written.getvalue()
    assert "pw" not in line["reason"]


@pytest.mark.parametrize("library", ["aio_pika.channel", "aiormq.channel"])
def test_a_library_that_logs_what_people_wrote_is_not_heard(
    written: io.StringIO, library: str
) -> None:
    logging.getLogger(library).error("Unhandled message %r", b"what people wrote")
    assert written.getvalue() == ""


def test_a_traceback_has_no_secret_in_it(written: io.StringIO) -> None:
    try:
        int(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        structlog.get_logger().exception(Happened.SENDING_FAILED)
    assert "ValueError" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_what_libraries_log_goes_the_same_way(written: io.StringIO) -> None:
    logging.getLogger("library").warning("called bot%s", TOKEN)
    logging.getLogger("library").info("chatter")
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["event"] == "called bot***"


def test_a_log_on_a_full_disk_stops_nobody(written: io.StringIO) -> None:
    del written  # it restores what is set up here
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        set_up(stream=full)
        structlog.get_logger().error("smtp.full", peer="x")
        logging.getLogger("library").error("it went wrong")
        set_up(stream=io.StringIO())
        with contextlib.suppress(OSError):
            full.close()


def test_a_terminal_gets_words(written: io.StringIO) -> None:
    class Terminal(io.StringIO):
        @override
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    set_up(stream=terminal)
    structlog.get_logger().info(Happened.STARTED, arrival=7)
    assert "started" in terminal.getvalue()
    assert "{" not in terminal.getvalue()
    assert written.getvalue() == ""
