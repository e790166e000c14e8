"""How fast this machine is now: rows into SQLite by the driver alone.

Where the others' figures were measured it did 24059 units a second.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

ELSEWHERE = 24_059
UNITS = 10_000
#: Units a commit, each a ticket, a message, an event and two rows of an outbox.
TOGETHER = 50
_TABLES = """
CREATE TABLE ticket (id INTEGER PRIMARY KEY, number TEXT, subject TEXT);
CREATE TABLE message (id INTEGER PRIMARY KEY, ticket_id INTEGER, body TEXT);
CREATE TABLE event (id TEXT PRIMARY KEY, stream TEXT, seq INTEGER, data TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, event_id TEXT, target TEXT);
"""
_BODY = "x" * 2048


def units_a_second() -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "machine.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_TABLES)
        begin = time.perf_counter()
        for first in range(1, UNITS, TOGETHER):
            connection.execute("BEGIN IMMEDIATE")
            for number in range(first, first + TOGETHER):
                _write(connection, number)
            connection.execute("COMMIT")
        seconds = time.perf_counter() - begin
        connection.close()
    return UNITS / seconds


def _write(connection: sqlite3.Connection, number: int) -> None:
    event = f"event-{number}"
    rows = (
        ("ticket VALUES (?, ?, ?)", (number, f"NN-{number}", "subject")),
        ("message VALUES (?, ?, ?)", (number, number, _BODY)),
        ("event VALUES (?, ?, ?, ?)", (event, f"ticket:{number}", 1, "{}")),
        ("outbox VALUES (?, ?, ?)", (2 * number, event, "mail")),
        ("outbox VALUES (?, ?, ?)", (2 * number + 1, event, "bus")),
    )
    for into, values in rows:
        connection.execute(f"INSERT INTO {into}", values)
