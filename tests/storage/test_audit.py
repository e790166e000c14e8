"""Received is accounted for, and whatever is not is named."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from storage import arrivals, doors
from storage.audit import Audit, audit
from storage.store import Places, Store
from tests.storage.filled import LETTER, arrival, file, fill, spoil
from tickets.model import ArrivalId


def audited(store: Store) -> Audit:
    return store.read(audit)


def test_a_desk_that_works_adds_up(store: Store) -> None:
    fill(store)
    file(store, "copy", LETTER)
    for key in ("again", "again", "waits"):
        store.write(partial(doors.keep, incoming=[arrival(key)]))
    found = audited(store)
    assert found.findings == ()
    assert list(found.as_json()) == [
        "received", "ticket", "comment", "revision", "command", "signal",
        "duplicate", "ignored", "parked", "pending", "difference",
    ]  # fmt: skip
    assert found.difference == 0
    assert found.received == 6
    assert found.received == sum(found.outcomes.values()) + found.pending


def test_copies_of_one_arrival_are_duplicates(store: Store) -> None:
    for _ in range(3):
        store.write(lambda tx: doors.keep(tx, [arrival("same")]))
    assert audited(store).as_json() | {"difference": 0} == {
        "received": 3, "ticket": 0, "comment": 0, "revision": 0, "command": 0,
        "signal": 0, "duplicate": 2, "ignored": 0, "parked": 0, "pending": 1,
        "difference": 0,
    }  # fmt: skip


@pytest.mark.parametrize("door", ["smtp", "lmtp"])
def test_each_door_of_mail_counts_for_itself(store: Store, door: str) -> None:
    came = replace(arrival("one"), channel=door, door=door)
    store.write(lambda tx: doors.keep(tx, [came]))
    assert audited(store).findings == ()


def test_an_empty_desk_adds_up(store: Store) -> None:
    assert set(audited(store).as_json().values()) == {0}


def test_a_parked_arrival_is_an_outcome_of_its_own(store: Store) -> None:
    store.write(lambda tx: doors.keep(tx, [arrival("x")]))
    store.write(lambda tx: arrivals.park(tx, ArrivalId(1), "broken"))
    found = audited(store)
    assert (found.outcomes["parked"], found.pending, found.difference) == (1, 0, 0)


STRAY_EVENT = (
    "INSERT INTO event (id, stream, seq, type, actor, at, data) SELECT "
    "'x', {}, type, actor, at, data FROM event WHERE stream = 'ticket:NN-1' AND seq = 1"
)


@pytest.mark.parametrize(
    ("harm", "named", "difference"),
    [
        (
            "UPDATE arrival SET outcome_id = '999' WHERE channel = 'smtp'",
            ["arrival 1", "comment 1", "ticket NN-1"],
            3,
        ),
        (
            "UPDATE arrival SET outcome_id = 'abc' WHERE channel = 'telegram'",
            ["arrival 2", "comment 2"],
            2,
        ),
        (
            "UPDATE arrival SET outcome = NULL WHERE channel = 'telegram'",
            ["arrival 2", "comment 2"],
            2,
        ),
        (
            "UPDATE arrival SET outcome = 'signal' WHERE channel = 'telegram'",
            ["comment 2"],
            1,
        ),
        (
            "UPDATE arrival SET state = 'new' WHERE channel = 'telegram'",
            ["arrival 2"],
            1,
        ),
        ("DELETE FROM arrival WHERE channel = 'telegram'", ["comment 2", "door"], 2),
        ("UPDATE arrival SET copies = 4 WHERE channel = 'smtp'", ["door smtp"], 3),
        ("UPDATE cursor SET value = '{}' WHERE name = 'telegram'", ["door tele"], 1),
        ("DELETE FROM cursor", ["door smtp", "door telegram"], 2),
        (STRAY_EVENT.format("stream, seq + 50"), ["ticket:NN-1"], 1),
        (STRAY_EVENT.format("'ticket:NN-8', seq"), ["ticket:NN-8"], 1),
    ],
)
def test_a_row_that_does_not_add_up_is_named(  # noqa: PLR0917 # fixtures and a table
    store: Store, places: Places, harm: str, named: list[str], difference: int
) -> None:
    fill(store)
    spoil(places, harm)
    found = audited(store)
    for name in named:
        assert any(one.row.startswith(name) for one in found.findings), found
    assert len(found.findings) == len(named)
    assert found.difference == difference
