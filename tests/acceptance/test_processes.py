"""Two processes that can do the same share a desk: one leads, the other stands by."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Places
from tests.acceptance.desks import Forks, Process
from tests.acceptance.houses import House, open_house
from tests.acceptance.letters import letter
from tests.acceptance.waiting import eventually
from tests.databases import Templates, cut_sessions
from tests.replay import replay

APART = [("intake", "worker"), ("bot", "relay"), ("bot", "relay")]
TAKEOVER = 10.0  # seconds from the end of one to the work of the other
MAILS = 10  # between two cuts of the sessions
SITES = 25  # so many that no group's rate window is spent
RIVAL = "somebody else takes this bot's updates"


@pytest.fixture
def places(templates: Templates, tmp_path: Path) -> Iterator[Places]:
    with templates.postgres(tmp_path) as made:
        yield made


@pytest.fixture
def house(places: Places, tmp_path: Path, forks: Forks) -> Iterator[House]:
    """A desk at work on PostgreSQL, with two processes for the bot and the bus."""
    with open_house(tmp_path / "own", None, storage=places.url, sites=SITES) as opened:
        opened.desk.warm(forks, APART)
        opened.desk.start()
        until_started(opened, 3)
        yield opened


def until_started(house: House, times: int) -> None:
    eventually(
        lambda: house.desk.said().count('"started"') == times,
        what="all are up",
        seconds=30,
    )


def end(process: Process, how: str) -> None:
    if how == "killed":
        process.kill()
        return
    process.ask_to_stop()
    assert process.wait() == 0


def test_another_bot_takes_over_within_seconds_and_has_no_rival(house: House) -> None:
    site = house.site()
    _, topic = house.open(site)
    bots = house.desk.processes[1:]
    for turn, how in enumerate(["killed", "stopped", "killed"]):
        house.quiet()
        ending = bots[turn % 2]  # from the second turn on it leads
        began = time.monotonic()
        end(ending, how)
        house.write(topic, f"Answer {turn}.")
        house.mail(site.person("ivan"), f"Answer {turn}.")
        took = time.monotonic() - began
        assert took < TAKEOVER, f"{took:.1f} s"
        ending.launch()
        until_started(house, 4 + turn)
    assert RIVAL not in house.desk.said()


def test_who_leads_loses_its_session_and_events_stay_in_order(
    house: House, places: Places
) -> None:
    sites = [house.site() for _ in range(SITES)]
    for place, site in enumerate(sites * 2, 1):
        house.send(letter(sender=site.person("ivan"), to=site.address))
        if place % MAILS == 0:
            cut_sessions(places)
            time.sleep(1.0)  # for one of them to lead again
    house.quiet(seconds=60)
    state = replay(house.desk.config.parent / "var" / "bus.jsonl")
    ids = house.records.column("SELECT id FROM event")
    assert sorted(state.ids) == sorted(ids)
    assert len(ids) > SITES * 2
    assert RIVAL not in house.desk.said()
