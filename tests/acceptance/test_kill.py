"""The desk is killed at random moments under load, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage.transaction import Transaction
from storage.views import list_tickets, show_ticket
from tests.acceptance import letters
from tests.acceptance.desks import Forks, command, program
from tests.acceptance.drills import (
    APART,
    DIGESTS,
    MANAGERS,
    REPORTS,
    SITES,
    Drill,
    kill_parts,
    kill_whole,
    run_drill,
)
from tests.acceptance.houses import House, open_house
from tests.acceptance.waiting import eventually
from tests.brokers import RabbitMq
from tests.bus.rabbit import settle
from tests.databases import Templates
from tests.replay import Json, lines, replayed
from tickets.digests import Period

SLOW_START = 6.0  # seconds of the processor; two or three are usual
REPEATED = "Sent again"
SAID = ("id", "visibility", "trust", "channel", "text", "at", "attachments")
Feed = Callable[[], list[Json]]
QUIET = """
    SELECT number, contact_id FROM participant
    JOIN ticket ON ticket.id = ticket_id WHERE quiet
"""
#: A drill that is over, and each bus's events.
Held = tuple[Drill, dict[str, Feed]]


@pytest.fixture(scope="module", params=["one process", "several processes"])
def held(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    forks: Forks,
) -> Iterator[Held]:
    """A desk that went through the drill and was left in peace until it was quiet."""
    seed = int(os.environ.get("DRILL_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"to repeat: DRILL_SEED={seed}\n")
    chance = random.Random(seed)  # noqa: S311 # chaos, no secret
    folder = tmp_path_factory.mktemp("drill") / "house"
    if request.param == "one process":
        staffed = request.getfixturevalue("staffed")
        holding = one_process(folder, forks, chance, staffed=staffed)
    else:
        templates = request.getfixturevalue("templates")
        broker = request.getfixturevalue("rabbit_node")
        holding = several_processes(
            folder, forks, chance, templates=templates, broker=broker
        )
    with holding as done:
        sys.stdout.write(f"{done[0].summary()}\n")
        yield done


@contextmanager
def one_process(
    folder: Path, forks: Forks, chance: random.Random, *, staffed: Path
) -> Iterator[Held]:
    """On SQLite, with the bus's file."""
    with open_house(folder, staffed, sites=SITES, more=DIGESTS, lasting=False) as house:
        house.desk.warm(forks)
        drill = run_drill(house, chance, kill_whole)
        yield drill, {"file": file_of(house)}


@contextmanager
def several_processes(
    folder: Path,
    forks: Forks,
    chance: random.Random,
    *,
    templates: Templates,
    broker: RabbitMq,
) -> Iterator[Held]:
    """On PostgreSQL, with a file and RabbitMQ."""
    broker.start()
    place = asyncio.run(settle(broker))
    buses = {
        "file": "file:var/bus.jsonl",
        "rabbit": f"{place.url}?exchange={place.name}",
    }
    with (
        templates.postgres(folder) as places,
        open_house(
            folder,
            None,
            sites=SITES,
            storage=places.url,
            buses=buses,
            more=DIGESTS,
            lasting=False,
        ) as house,
    ):
        house.desk.warm(forks, APART)
        drill = run_drill(house, chance, partial(kill_parts, broker=broker))
        queued = [json.loads(one.body) for one in asyncio.run(place.read())]
        yield drill, {"file": file_of(house), "rabbit": lambda: queued}


def file_of(house: House) -> Feed:
    return lambda: list(lines(house.desk.config.parent / "var" / "bus.jsonl"))


@pytest.fixture
def drill(held: Held) -> Drill:
    return held[0]


def test_a_start_is_quick(own: House) -> None:
    own.desk.by([*program(own.desk.config), "run"])
    own.desk.start(seconds=90)
    took = own.desk.processes[0].worked()
    sys.stdout.write(f"from the command to the greeting: {took:.1f} s\n")
    assert took < SLOW_START
    assert own.desk.stop() == [0]


def test_who_is_told_to_stop_while_starting_ends_in_good_order(own: House) -> None:
    own.desk.by([*program(own.desk.config), "run"])
    with closing(sqlite3.connect(own.desk.config.parent / "var" / "zayavka.db")) as one:
        one.execute("BEGIN IMMEDIATE")  # so that the start does not come to its end
        own.desk.launch()
        (process,) = own.desk.processes
        eventually(process.hears_sigterm, what="it can be told to stop")
        process.ask_to_stop()
    assert process.wait() == 0
    assert '"stopped"' in own.desk.said()


def test_every_mail_that_was_accepted_is_one_comment(drill: Drill) -> None:
    assert not drill.server.refused
    assert sorted(drill.server.accepted) == sorted(drill.partners.marks)
    found = drill.house.records.column(
        """SELECT text FROM revision
           JOIN comment ON comment.id = comment_id WHERE contact_id IS NOT NULL"""
    )
    assert sorted(one.strip() for one in found) == sorted(drill.server.accepted)


def test_the_audit_adds_up_and_knows_of_every_250(drill: Drill) -> None:
    said = json.loads(command(drill.house.desk.config, "audit", "--json"))
    assert said["difference"] == 0
    assert said["pending"] == said["parked"] == 0
    kept = drill.house.records.column(
        "SELECT sum(copies) FROM arrival WHERE channel = 'smtp'"
    )[0]
    assert len(drill.server.accepted) <= kept <= drill.server.tries


def test_nothing_is_left_to_do_and_who_must_look_is_told(drill: Drill) -> None:
    records = drill.house.records
    assert records.column("SELECT key FROM lane") == []
    parked = records.rows(
        "SELECT channel, kind, last_error FROM delivery WHERE state = 'parked'"
    )
    assert {one["channel"] for one in parked} <= {"telegram"}, parked
    assert all("lost twice" in one["last_error"] for one in parked), parked
    told = records.column("SELECT count(*) FROM event WHERE type = 'delivery-failed'")
    assert told == [len([one for one in parked if one["kind"] != "notice"])]


def test_no_process_was_at_fault_or_met_another_that_polls(drill: Drill) -> None:
    said = drill.house.desk.said()
    for trouble in ("Traceback", '"level": "error"', "somebody else takes"):
        assert trouble not in said


def test_every_answer_reached_everybody_once(drill: Drill) -> None:
    house, answers = drill.house, drill.staff.answers
    site_of = {site.chat: site for site in house.sites}
    expected = Counter(
        (mark, site_of[message["chat_id"]].person(name))
        for mark, message in answers.items()
        for name in ("ivan", "olga")
    )
    mails = drill.mails
    assert len({one["Message-ID"] for one in mails}) == len(mails)
    found = Counter(
        (line.strip(), letters.bare(mail["X-Envelope-To"]))
        for mail in mails
        for line in letters.texts(mail).splitlines()
        if line.startswith(("answer-", "note-"))
    )
    assert found == expected


def test_every_ticket_is_acknowledged_once(drill: Drill) -> None:
    house = drill.house
    told = Counter(
        one["X-Zayavka-Ticket"]
        for one in drill.mails
        if one["Auto-Submitted"] == "auto-replied"
    )
    assert told == Counter(house.records.column("SELECT number FROM ticket"))


def test_every_conversation_is_one_ticket_with_one_topic(drill: Drill) -> None:
    house = drill.house
    numbers = defaultdict(list)
    for row in house.records.rows("SELECT site, number FROM ticket"):
        numbers[row["site"]].append(row["number"])
    for site in house.sites:
        topics = [one["name"] for one in house.telegram.topics(site.chat)]
        assert [name.partition(" ")[0] for name in topics] == numbers[site.code]
        assert len(topics) == 1


def test_every_comment_stands_in_its_topic_and_a_repeat_says_so(drill: Drill) -> None:
    house = drill.house
    shown: dict[str, list[str]] = defaultdict(list)
    for site in house.sites:
        for message in house.telegram.see(f"chats/{site.chat}/messages"):
            last = message["text"].strip().rpartition("\n")[2]
            if last.startswith("partner-"):
                assert drill.partners.marks[last] == site
                shown[last].append(message["text"])
    parked = house.records.column(
        """SELECT text FROM delivery
           JOIN revision ON revision.comment_id = delivery.comment_id
           WHERE delivery.state = 'parked' AND kind = 'comment'"""
    )
    lost = {one.strip() for one in parked}
    for mark in drill.server.accepted:
        first, *again = shown[mark] or [""]
        assert first or mark in lost, mark
        assert len(again) <= 1, shown[mark]
        assert all(REPEATED in text for text in again), shown[mark]


def test_the_specialist_sees_what_became_of_every_message(drill: Drill) -> None:
    house = drill.house
    for mark, message in (drill.staff.answers | drill.staff.notes).items():
        where = f"chats/{message['chat_id']}/messages/{message['id']}"
        shown = [one["emoji"] for one in house.telegram.see(where)["reactions"]]
        assert shown == ["👌" if mark.startswith("answer") else "✍"], mark


def test_every_digest_was_made_and_sent_once(drill: Drill) -> None:
    made = drill.house.records.rows("SELECT report, recipient, period FROM digest_run")
    periods: dict[tuple[str, str], list[Period]] = defaultdict(list)
    for row in made:
        periods[row["report"], row["recipient"]].append(Period.of(row["period"]))
    assert sorted(periods) == sorted(itertools.product(REPORTS, MANAGERS))
    for mine in periods.values():
        mine.sort(key=lambda one: one.start)
        assert all(one.end == next_.start for one, next_ in itertools.pairwise(mine))
    sent = Counter(
        (mail["Subject"].partition(":")[0], mail["To"])
        for mail in drill.mails
        if mail["To"] in MANAGERS
    )
    assert sent == {who: len(mine) for who, mine in periods.items()}


def test_the_bus_alone_replays_to_the_records(held: Held) -> None:
    drill, feeds = held
    records = drill.house.records
    ids = sorted(records.column("SELECT id FROM event"))
    known = records.look(all_tickets)
    quiet = {(row["number"], row["contact_id"]) for row in records.rows(QUIET)}
    for name, feed in feeds.items():
        state = replayed(feed())
        sys.stdout.write(f"{name}: {len(ids)} events, {state.repeats} repeats\n")
        assert sorted(state.ids) == ids
        told = {number: seen(ticket) for number, ticket in state.listed().items()}
        assert quiet_in(told) == quiet
        assert told == known


def quiet_in(tickets: dict[str, Any]) -> set[tuple[str, int]]:
    """Take out which people are quiet, which no list of the desk tells."""
    people = [
        (number, one) for number in tickets for one in tickets[number]["participants"]
    ]
    return {(number, one["id"]) for number, one in people if one.pop("quiet")}


def all_tickets(tx: Transaction) -> dict[str, Any]:
    shown = [show_ticket(tx, one["number"]) for one in list_tickets(tx)]
    return {one["number"]: recorded(one) for one in shown if one is not None}


def recorded(ticket: dict[str, Any]) -> dict[str, Any]:
    """Return a ticket of the records, without what the bus does not tell."""
    comments = {
        one["id"]: {key: one[key] for key in SAID} | {"author": one["author"]["id"]}
        for one in ticket["comments"]
    }
    plain = {key: value for key, value in ticket.items() if key != "events"}
    return plain | {"comments": comments}


def seen(ticket: dict[str, Any]) -> dict[str, Any]:
    """Return a ticket as the bus told of it, in the same form."""
    comments = {
        one["id"]: {key: one[key] for key in SAID} | {"author": one["author"]["id"]}
        for one in ticket["comments"].values()
    }
    plain = {key: value for key, value in ticket.items() if key != "failures"}
    return plain | {"comments": comments}
