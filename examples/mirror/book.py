"""The copy: a SQLite file in which an event and what it changes are one transaction."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from examples.mirror.effects import SNAPSHOT, WHOLE, Event, apply

TABLES = Path(__file__).with_name("tables.sql")
#: Events that only try the way: their ids are made up, and others' in earnest.
REHEARSALS = "/zayavka/rehearsals/"
COUNTED = """ticket comment attachment participant organisation contact specialist"""


class Book:
    """Keeps each event once and in order; what came too early is held."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.executescript(TABLES.read_text())

    def keep(self, body: bytes, *, read: tuple[str, int] | None = None) -> str:
        """Commit one event and return what became of it.

        ``read`` is the file it came from and where it ended there. ValueError or
        KeyError if it is none of the desk's events; then nothing is changed.
        """
        event: Event = json.loads(body)
        with self.db:
            outcome = self._keep(event, body.decode())
            if read:
                self.db.execute("INSERT OR REPLACE INTO position VALUES (?, ?)", read)
        return outcome

    def _keep(self, event: Event, body: str) -> str:
        source, id_, type_ = event["source"], event["id"], event["type"]
        sequence = int(event["sequence"]) if "sequence" in event else None
        where = (source, sequence, id_)
        self.db.execute(
            "INSERT INTO arrival (source, sequence, id) VALUES (?, ?, ?)", where
        )
        known = "SELECT 1 FROM event WHERE source = ? AND id = ?"
        if self._one(known, source, id_):
            return "repeat"
        is_aside = sequence is None or source.startswith(REHEARSALS)
        outcome = "aside" if is_aside else self._place(event)
        row = (source, id_, sequence, type_, outcome, body)
        self.db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", row)
        if outcome in {"applied", "unknown"}:
            self._follow(source)
        return outcome

    def _place(self, event: Event) -> str:
        """Apply the event if it is the next of its stream, or a whole new beginning."""
        source, sequence = event["source"], int(event["sequence"])
        last = self.last(source)
        if event["type"] == SNAPSHOT:
            return self._apply(event) if sequence >= last else "stale"
        if sequence <= last:
            return "stale"
        if sequence > last + 1 and event["type"] not in WHOLE:
            self._note_gap(event, last)
            return "held"
        return self._apply(event)

    def _apply(self, event: Event) -> str:
        outcome = "applied" if apply(self.db, event) else "unknown"
        data = event["data"]
        if data.get("part", 1) < data.get("parts", 1):
            return outcome  # the state is whole with its last part
        where = (event["source"], int(event["sequence"]))
        self.db.execute("INSERT OR REPLACE INTO stream VALUES (?, ?)", where)
        self.db.execute(
            "UPDATE gap SET closed_by = coalesce(closed_by, ?) "
            "WHERE source = ? AND last <= ?",
            (event["type"], *where),
        )
        return outcome

    def _follow(self, source: str) -> None:
        """Apply what was held and is next now; forget what a snapshot overtook."""
        held = self.db.execute(
            "SELECT body FROM event WHERE source = ? AND outcome = 'held' "
            "ORDER BY sequence",
            (source,),
        ).fetchall()
        for (body,) in held:
            event = json.loads(body)
            if int(event["sequence"]) > self.last(source) + 1:
                return
            self.db.execute(
                "UPDATE event SET outcome = ? WHERE source = ? AND id = ?",
                (self._place(event), source, event["id"]),
            )

    def _note_gap(self, event: Event, last: int) -> None:
        source, sequence = event["source"], int(event["sequence"])
        held = "SELECT max(sequence) FROM event WHERE source = ? AND outcome = 'held'"
        first = max(last, self._one(held, source) or 0) + 1
        if first < sequence:
            row = (source, first, sequence - 1, event["time"])
            self.db.execute("INSERT OR REPLACE INTO gap VALUES (?, ?, ?, ?, NULL)", row)

    def last(self, source: str) -> int:
        """Return how far a stream has come."""
        found = self._one("SELECT sequence FROM stream WHERE source = ?", source)
        return int(found or 0)

    def position(self, path: str) -> int:
        found = self._one("SELECT bytes FROM position WHERE path = ?", path)
        return int(found or 0)

    def sequences(self) -> dict[str, int]:
        """Return the last sequence of each ticket that the desk lets us follow."""
        return dict(
            self.db.execute(
                "SELECT number, sequence FROM ticket JOIN stream "
                "ON source = '/zayavka/tickets/' || number "
                "WHERE followed ORDER BY number"
            )
        )

    def report(self) -> dict[str, Any]:
        counts = {
            name: self._one(f"SELECT count(*) FROM {name}")  # noqa: S608 # our own names
            for name in COUNTED.split()
        }
        gaps = self.db.execute(
            "SELECT source, first, last, noticed FROM gap WHERE closed_by IS NULL"
        )
        skipped = self.db.execute("SELECT source, sequence FROM skipped").fetchall()
        events = "SELECT outcome, count(*) FROM event GROUP BY outcome"
        return {
            "rows": counts,
            "events": dict(self.db.execute(events)),
            "arrivals": self._one("SELECT count(*) FROM arrival"),
            "gaps": [dict(zip(("source", "first", "last", "noticed"), one, strict=True))
                     for one in gaps],
            "skipped": [{"source": one, "sequence": place} for one, place in skipped],
            "last": self.sequences(),
        }  # fmt: skip

    def _one(self, query: str, *values: object) -> Any:
        row = self.db.execute(query, values).fetchone()
        return row and row[0]
