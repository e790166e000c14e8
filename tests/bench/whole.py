"""From the first connection until all that follows is committed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.store import Places
from tests.bench import desk
from tests.bench.desk import APART, TOGETHER, Desk
from tests.bench.mails import first_letters, letters, write_folder
from tests.bench.processes import send
from tests.databases import Templates

CONNECTIONS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Mails per second until accepted, filed and put into words, and sent."""

    accepted: float
    filed: float
    sent: float
    threaded: int  # answers that reached a ticket, and how many there were
    answers: int
    cpu: float  # milliseconds a mail, of the desk's processes
    memory: float  # MiB


#: What is measured, by name: the database, and who runs where.
KINDS = {
    "SQLite": ("sqlite", TOGETHER),
    "PostgreSQL": ("postgres", TOGETHER),
    "PostgreSQL, two processes": ("postgres", APART),
}


def measure(templates: Templates, kind: str, *, mails: int, seed: int) -> Result:
    """Run one desk over one set of mails."""
    database, processes = KINDS[kind]
    with (
        workplace(templates, database) as (places, folder),
        desk.running(places, folder, processes) as running,
    ):
        return _run(running, folder, mails=mails, seed=seed)


@contextmanager
def workplace(templates: Templates, database: str) -> Iterator[tuple[Places, Path]]:
    """Make an empty database and a folder, and take them away again."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if database == "sqlite":
            yield templates.sqlite(folder), folder
        else:
            with templates.postgres(folder) as places:
                yield places, folder
    finally:
        shutil.rmtree(folder)


def _run(running: Desk, folder: Path, *, mails: int, seed: int) -> Result:
    firsts = first_letters()
    write_folder(folder / "first", firsts)
    send(running.port, folder=folder / "first", mails=len(firsts))
    running.await_sent()
    made = letters(mails, seed=seed, known=running.numbers())
    write_folder(folder / "mails", made)
    before = running.cpu_seconds()
    report = send(
        running.port,
        folder=folder / "mails",
        mails=mails,
        connections=CONNECTIONS,
    )
    filed = running.await_filed()
    sent = running.await_sent()
    comments = running.one("SELECT count(*) FROM arrival WHERE outcome = 'comment'")
    opened = running.one("SELECT count(*) FROM ticket") - len(firsts)
    if comments + opened != mails:
        raise RuntimeError(f"{mails} mails became {opened} tickets, {comments} answers")
    return Result(
        accepted=report["mails_per_second"],
        filed=mails / (filed - report["began"]),
        sent=mails / (sent - report["began"]),
        threaded=comments,
        answers=mails * 2 // 5,
        cpu=(running.cpu_seconds() - before) / mails * 1e3,
        memory=running.memory(),
    )
