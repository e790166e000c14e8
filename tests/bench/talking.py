"""The chat: updates filed a second, and how soon a partner's word is in the topic."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from tests.acceptance.houses import ANNA, House, open_house, register
from tests.acceptance.waiting import eventually

UPDATES, TOPICS = 400, 20
#: As many as a forum group takes within a minute, with the topic and its card.
PROBES = 12
PARTNER = 2001
_LOOK = 0.003


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Updates a second, and the seconds that each probe took."""

    updates: float
    waits: tuple[float, ...]


def measure() -> Result:
    """Run one desk on SQLite with the strict Telegram beside it."""
    with _house() as house:
        return Result(updates=_updates(house), waits=tuple(_waits(house)))


@contextmanager
def _house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "staffed").mkdir()
        register(folder / "staffed", {"Анна": ANNA})
        staffed = folder / "staffed" / "var"
        with open_house(
            folder / "house", staffed, sites=1 + TOPICS, lasting=False
        ) as house:
            yield house


def _updates(house: House) -> float:
    """Let notes of a specialist in many topics pile up, and file them all."""
    house.desk.start()
    topics = [house.open(site)[1] for site in house.sites[1:]]
    house.quiet()
    house.desk.stop()
    for number in range(UPDATES):
        house.write(topics[number % TOPICS], f"// {number}")
    house.desk.start()
    house.quiet(seconds=120)
    records = house.records
    (began,) = records.column(
        "SELECT min(received_at) FROM arrival WHERE channel = 'telegram' "
        "AND id > (SELECT max(id) FROM arrival) - :updates",
        updates=UPDATES,
    )
    (ended,) = records.column("SELECT max(at) FROM comment")
    notes = records.column("SELECT count(*) FROM comment WHERE visibility = 'internal'")
    if notes != [UPDATES]:
        raise RuntimeError(f"{UPDATES} updates became {notes} notes")
    return UPDATES / (_moment(ended) - _moment(began)).total_seconds()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _waits(house: House) -> Iterator[float]:
    """Let a partner write in their private chat; yield how long each word took."""
    house.telegram.do("users", id=PARTNER, first_name="Дмитрий")
    house.telegram.do(f"users/{PARTNER}/start")
    forum = house.sites[0].chat
    for number in count(1):
        word = f"probe-{number:03}"
        began = time.monotonic()
        where = f"chats/{PARTNER}/messages"
        house.telegram.do(where, user_id=PARTNER, text=word)
        _await_word(house, forum, word)
        if number > 1:  # the first makes the topic and its card
            yield time.monotonic() - began
        if number > PROBES:
            return


def _await_word(house: House, forum: int, word: str) -> None:
    eventually(
        lambda: any(
            word in one["text"] for one in house.telegram.see(f"chats/{forum}/messages")
        ),
        what=f"{word} in the forum",
        pause=_LOOK,
    )
