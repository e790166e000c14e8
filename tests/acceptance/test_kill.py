"""The desk is killed at random moments under load, and nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage.transaction import Transaction
from storage.views import list_tickets, show_ticket
from tests.acceptance import letters
from tests.acceptance.desks import command
from tests.acceptance.houses import House, open_house
from tests.acceptance.traffic import MailServer, Partners, Staff, paced
from tests.replay import replay

KILLS = 50
LONGEST_LIFE = 1.0  # seconds from a start to the next kill, starting included
MAILS_PER_SECOND = 20
CHATS_PER_SECOND = 5
SLOW_START = 10.0  # seconds; two or three are usual
#: Each has a forum group: what a bot may write into one group a minute is little.
SITES = 80
REPEATED = "Sent again"
SAID = ("id", "visibility", "trust", "channel", "text", "at", "attachments")


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What was done, and to whom."""

    house: House
    server: MailServer
    partners: Partners
    staff: Staff
    storm: float  # seconds
    calm: float  # seconds until nothing was left to do


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory, staffed: Path) -> Iterator[Drill]:
    """A desk that went through the drill and was left in peace until it was quiet."""
    seed = int(os.environ.get("DRILL_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"to repeat: DRILL_SEED={seed}\n")
    folder = tmp_path_factory.mktemp("drill") / "house"
    with open_house(folder, staffed, sites=SITES, lasting=False) as house:
        done = run_drill(house, random.Random(seed))  # noqa: S311 # chaos, no secret
        sys.stdout.write(f"{summary(done)}\n")
        yield done


def run_drill(house: House, chance: random.Random) -> Drill:
    server = MailServer(house.desk.smtp_port)
    partners = Partners(house=house, server=server, chance=fork(chance))
    staff = Staff(house=house, chance=fork(chance))
    warm = house.desk.warm()
    began = time.monotonic()
    with (
        paced(partners.write, MAILS_PER_SECOND),
        paced(staff.work, CHATS_PER_SECOND),
    ):
        for _ in range(KILLS):
            house.desk.launch()
            time.sleep(chance.uniform(0.1, LONGEST_LIFE))
            house.desk.kill()
    storm = time.monotonic() - began
    house.desk.start()
    server.close()
    house.quiet(seconds=180)
    calm = time.monotonic() - began - storm
    assert house.desk.stop() == 0
    warm.close()
    return Drill(
        house=house,
        server=server,
        partners=partners,
        staff=staff,
        storm=storm,
        calm=calm,
    )


def fork(chance: random.Random) -> random.Random:
    return random.Random(chance.random())  # noqa: S311 # chaos, no secret


def summary(drill: Drill) -> str:
    server, staff = drill.server, drill.staff
    return (
        f"{KILLS} kills in {drill.storm:.0f} s, quiet {drill.calm:.0f} s later; "
        f"{len(server.accepted)} mails in {server.tries} tries, "
        f"{len(staff.answers)} answers, {len(staff.notes)} notes, "
        f"{staff.presses} presses"
    )


def test_a_start_is_quick(own: House) -> None:
    began = time.monotonic()
    own.desk.start()
    took = time.monotonic() - began
    sys.stdout.write(f"from the command to the greeting: {took:.1f} s\n")
    assert took < SLOW_START
    assert own.desk.stop() == 0


def test_every_mail_that_was_accepted_is_one_comment(drill: Drill) -> None:
    assert not drill.server.refused
    assert sorted(drill.server.accepted) == sorted(drill.partners.marks)
    found = drill.house.records.column(
        """SELECT trim(text, char(10, 13)) FROM revision
           JOIN comment ON comment.id = comment_id WHERE contact_id IS NOT NULL"""
    )
    assert sorted(found) == sorted(drill.server.accepted)


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


def test_every_answer_reached_everybody_once(drill: Drill) -> None:
    house, answers = drill.house, drill.staff.answers
    site_of = {site.chat: site for site in house.sites}
    expected = Counter(
        (mark, site_of[message["chat_id"]].person(name))
        for mark, message in answers.items()
        for name in ("ivan", "olga")
    )
    mails = house.mailboxes.mails()
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
        for one in house.mailboxes.mails()
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
        """SELECT trim(text, char(10, 13)) FROM delivery
           JOIN revision ON revision.comment_id = delivery.comment_id
           WHERE delivery.state = 'parked' AND kind = 'comment'"""
    )
    for mark in drill.server.accepted:
        first, *again = shown[mark] or [""]
        assert first or mark in parked, mark
        assert len(again) <= 1, shown[mark]
        assert all(REPEATED in text for text in again), shown[mark]


def test_the_specialist_sees_what_became_of_every_message(drill: Drill) -> None:
    house = drill.house
    for mark, message in (drill.staff.answers | drill.staff.notes).items():
        where = f"chats/{message['chat_id']}/messages/{message['id']}"
        shown = [one["emoji"] for one in house.telegram.see(where)["reactions"]]
        assert shown == ["👌" if mark.startswith("answer") else "✍"], mark


def test_the_bus_file_replays_to_the_records(drill: Drill) -> None:
    house = drill.house
    state = replay(house.records.folder / "var" / "bus.jsonl")
    assert sorted(state.ids) == sorted(house.records.column("SELECT id FROM event"))
    told = {number: seen(ticket) for number, ticket in state.listed().items()}
    assert told == house.records.look(all_tickets)


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
