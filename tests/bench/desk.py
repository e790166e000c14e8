"""A whole desk in processes of its own, and how far its records have come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from storage.engine import postgres, sqlite_reader
from storage.store import Places
from tests.bench.mails import SUPPORT
from tests.bench.processes import cpu_seconds, peak_memory, serving

#: Who runs where; one process on SQLite.
TOGETHER = (("intake", "worker", "relay", "bot", "http"),)
APART = (("intake", "http"), ("worker", "relay"))
_PATIENCE = 120
_LOOK = 0.02
#: Arrivals not filed yet, or mails not put into words.
_UNFILED = """SELECT
EXISTS (SELECT 1 FROM arrival WHERE state = 'new') OR
EXISTS (SELECT 1 FROM delivery WHERE state IN ('new', 'sending', 'uncertain')
        AND channel = 'mail' AND payload IS NULL)"""
_UNSENT = """SELECT EXISTS (SELECT 1 FROM delivery
WHERE state IN ('new', 'sending', 'uncertain'))"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A desk that runs: where its door is, and its processes."""

    port: int
    pids: Sequence[int]
    engine: Engine

    def await_filed(self) -> float:
        """Return when the last arrival was filed and the last mail in words."""
        return self._await_none(_UNFILED)

    def await_sent(self) -> float:
        """Return when the last delivery had left."""
        return self._await_none(_UNSENT)

    def _await_none(self, query: str) -> float:
        end = time.time() + _PATIENCE
        while time.time() < end:
            if not self.one(query):
                return time.time()
            time.sleep(_LOOK)
        raise TimeoutError(query)

    def one(self, query: str) -> int:
        """Return the only value of a query."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def numbers(self) -> dict[str, str]:
        """Return the tickets' numbers by the Message-ID of their first mail."""
        query = (
            "SELECT comment.message_id, ticket.number FROM comment "
            "JOIN ticket ON comment.ticket_id = ticket.id ORDER BY comment.id DESC"
        )
        with self.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(text(query))}

    def cpu_seconds(self) -> float:
        """Return the processor time of its processes, without the database's."""
        return sum(cpu_seconds(pid) for pid in self.pids)

    def memory(self) -> float:
        """Return the peak memory of its largest process, in MiB."""
        return max(peak_memory(pid) for pid in self.pids)


@contextmanager
def running(
    places: Places, folder: Path, processes: Sequence[Sequence[str]] = TOGETHER
) -> Iterator[Desk]:
    """Run a desk on a database, with what it writes in a folder."""
    config = folder / "config.toml"
    url = places.url.render_as_string(hide_password=False)
    config.write_text(
        f"[service]\ndata_dir = 'var'\n[storage]\nurl = '{url}'\n"
        f"[mail]\naddress = '{SUPPORT}'\nrelay = 'maildir:sent'\n"
        "[mail.smtp]\nport = 0\n[telegram]\nenabled = false\n"
        "[[bus]]\nname = 'file'\nurl = 'file:bus.jsonl'\n"
    )
    engine = sqlite_reader(places.url) if places.is_sqlite else postgres(places.url, 1)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        started = [
            stack.enter_context(serving("tests.bench.serve", str(config), *roles))
            for roles in processes
        ]
        ports = [port for _, port in started if port]
        yield Desk(port=ports[0], pids=[pid for pid, _ in started], engine=engine)
