"""Relay, receiver and broker are killed while events pass; the copy is whole.

``CHAOS_EVENTS`` makes the run shorter or longer, ``CHAOS_SEED`` repeats its kills.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest

from examples.mirror.feeds import Place
from storage.store import Places
from tests.acceptance.records import Records
from tests.acceptance.waiting import eventually
from tests.acceptance.writing import Fork, relay, write
from tests.brokers import RabbitMq
from tests.databases import Templates
from tests.examples.mirrors import Mirror, following, settle_queue
from tests.examples.witness import of_desk, of_mirror
from tests.folders import make_folder

EVENTS = int(os.environ.get("CHAOS_EVENTS") or 8000)
TICKETS = 200
KILLS = ("relay",) * 8 + ("mirror",) * 8 + ("broker",) * 2
LONGEST_PEACE = 1.2 * EVENTS / 8000  # seconds from one kill to the next
PATIENCE = 120.0 + EVENTS / 50  # seconds for all to arrive, on a busy machine


class Mortal(Protocol):
    """What may be killed and started again."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Chaos:
    """A desk's records and a receiver's book, and whoever dies between them."""

    folder: Path
    places: Places
    rabbit: RabbitMq
    place: Place
    mirror: Mirror

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def records(self) -> Records:
        return Records(self.places)

    def fork(self, what: Callable[..., None], *words: Any) -> Fork:
        log = self.folder / "desk.log"
        return Fork(what=what, words=(self.config, *words), log=log)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = make_folder("zayavka-chaos-")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module", params=["one process", "two relays"])
def chaos(request: pytest.FixtureRequest, folder: Path) -> Iterator[Chaos]:
    templates: Templates = request.getfixturevalue("templates")
    rabbit = request.getfixturevalue("rabbit_node")
    rabbit.start()
    folder = folder / request.param
    folder.mkdir()
    if request.param == "one process":
        with opened(folder, templates.sqlite(folder), rabbit) as chaos:
            play(chaos, [chaos.fork(write, TICKETS, EVENTS, "relay")])
            yield chaos
        return
    with (
        templates.postgres(folder) as places,
        opened(folder, places, rabbit) as chaos,
    ):
        writing = chaos.fork(write, TICKETS, EVENTS)
        writing.start()
        try:
            play(chaos, [chaos.fork(relay), chaos.fork(relay)])
        finally:
            writing.kill()
        yield chaos


@contextmanager
def opened(folder: Path, places: Places, rabbit: RabbitMq) -> Iterator[Chaos]:
    """Configure a desk without doors that publishes to RabbitMQ, and its receiver."""
    name = f"chaos-{uuid.uuid4().hex}"
    place = Place(url=f"{rabbit.url}/", exchange=name, queue=name)
    settle_queue(place)
    url = places.url.render_as_string(hide_password=False)
    (folder / "config.toml").write_text(
        f"[service]\ndata_dir = 'var'\n[storage]\nurl = '{url}'\n"
        "[mail]\nrelay = 'maildir:sent'\n[mail.smtp]\nenabled = false\n"
        "[telegram]\nenabled = false\n"
        f"[[bus]]\nname = 'rabbit'\nurl = '{place.url}?exchange={name}'\n"
    )
    # With one message in hand, what comes again after a death is the last one alone.
    options = ("--exchange", name, "--queue", name, "--prefetch", "1")
    with following(place.url, folder / "copy.db", *options) as mirror:
        yield Chaos(
            folder=folder, places=places, rabbit=rabbit, place=place, mirror=mirror
        )


def play(chaos: Chaos, relays: Sequence[Mortal]) -> None:
    """Let the relays work through the storm, and until nothing is on its way."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"to repeat: CHAOS_SEED={seed}\n")
    began = time.monotonic()
    try:
        for one in relays:
            one.start()
        storm(chaos, relays, random.Random(seed))  # noqa: S311 # chaos, no secret
        stormed = time.monotonic()
        until_all_arrived(chaos)
    finally:
        for one in relays:
            one.kill()
    sys.stdout.write(
        f"{len(KILLS)} kills in {stormed - began:.0f} s, "
        f"{chaos.mirror.count()} events in {time.monotonic() - began:.0f} s\n"
    )


def storm(chaos: Chaos, relays: Sequence[Mortal], chance: random.Random) -> None:
    """Kill one after another, each is started again."""
    for what in chance.sample(KILLS, len(KILLS)):
        time.sleep(chance.uniform(0.1, LONGEST_PEACE))
        victims: dict[str, Mortal] = {
            "relay": chance.choice(relays),
            "mirror": chaos.mirror,
            "broker": chaos.rabbit,
        }
        victims[what].kill()
        victims[what].start()


def until_all_arrived(chaos: Chaos) -> None:
    def all_arrived() -> bool:
        written = chaos.records.column("SELECT count(*) FROM event")[0]
        return bool(written >= EVENTS and chaos.mirror.count() == written)

    eventually(all_arrived, seconds=PATIENCE, what="all events", pause=0.2)


def ask(mirror: Mirror, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(mirror.book)) as db:
        return db.execute(query).fetchall()


def test_no_event_is_lost_and_each_is_applied_once(chaos: Chaos) -> None:
    written = chaos.records.column("SELECT id FROM event")
    assert len(written) >= EVENTS
    kept = ask(chaos.mirror, "SELECT id, outcome FROM event ORDER BY id")
    assert kept == [(id_, "applied") for id_ in sorted(written)]


def test_nothing_was_ever_missing(chaos: Chaos) -> None:
    assert ask(chaos.mirror, "SELECT * FROM gap") == []


def test_no_stream_went_a_step_back(chaos: Chaos) -> None:
    """What comes again is what came last of its stream, as it arrived there."""
    came: dict[object, list[int]] = defaultdict(list)
    arrivals = ask(chaos.mirror, "SELECT source, sequence FROM arrival ORDER BY place")
    for source, sequence in arrivals:
        came[source].append(int(str(sequence)))
    for source, steps in came.items():
        assert steps[0] == 1, source
        assert all(after - before in {0, 1} for before, after in pairwise(steps)), (
            source,
            steps,
        )
    written = chaos.records.column("SELECT count(*) FROM event")[0]
    sys.stdout.write(f"{len(arrivals) - written} came again\n")


def test_the_copy_is_what_the_desk_has(chaos: Chaos) -> None:
    copy = of_mirror(chaos.mirror.book)
    for name, rows in chaos.records.look(of_desk).items():
        assert copy[name] == rows, name
    assert len(copy["ticket"]) == TICKETS
