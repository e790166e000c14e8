"""The mirror keeps each event once and in order, and knows what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.mirror.book import Book
from examples.mirror.feeds import read_file
from tests.bus.scene import all_that_can_happen
from tests.examples.witness import of_mirror

Event = dict[str, Any]
FIRST = "/zayavka/tickets/NN-1"


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return all_that_can_happen().events


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = Book(tmp_path / "copy.db")
    yield opened
    opened.db.close()


def keep(book: Book, *events: Event) -> list[str]:
    return [book.keep(json.dumps(one).encode()) for one in events]


def whole(events: list[Event], folder: Path) -> dict[str, Any]:
    """Return the copy that events make when nothing happens to them."""
    book = Book(folder / "whole.db")
    keep(book, *events)
    book.db.close()
    return of_mirror(folder / "whole.db")


def of_first(events: list[Event]) -> list[Event]:
    return [one for one in events if one["source"] == FIRST]


def test_every_event_of_the_desk_is_understood(book: Book, events: list[Event]) -> None:
    assert set(keep(book, *events)) == {"applied"}
    report = book.report()
    assert report["gaps"] == report["skipped"] == []
    assert report["last"][FIRST.rpartition("/")[2]] == len(of_first(events))
    assert report["arrivals"] == len(events)


def test_repeats_and_stale_ones_change_nothing(
    book: Book, events: list[Event], tmp_path: Path
) -> None:
    keep(book, *events)
    before = of_mirror(tmp_path / "copy.db")
    assert set(keep(book, *events)) == {"repeat"}
    other = [{**one, "id": f"another {one['id']}"} for one in events]
    assert set(keep(book, *other)) == {"stale"}
    assert of_mirror(tmp_path / "copy.db") == before == whole(events, tmp_path)


def test_what_comes_after_a_gap_is_held_until_the_gap_is_filled(
    book: Book, events: list[Event], tmp_path: Path
) -> None:
    missing = of_first(events)[3:5]
    rest = [one for one in events if one not in missing]
    outcomes = keep(book, *rest)
    assert outcomes.count("held") == len(of_first(events)) - 5
    (gap,) = book.report()["gaps"]
    assert (gap["source"], gap["first"], gap["last"]) == (FIRST, 4, 5)
    assert book.report()["last"]["NN-1"] == 3
    assert keep(book, *reversed(missing)) == ["held", "applied"]
    assert book.report()["gaps"] == []
    assert of_mirror(tmp_path / "copy.db") == whole(events, tmp_path)


def test_a_second_gap_is_told_apart_from_the_first(
    book: Book, events: list[Event]
) -> None:
    first = of_first(events)
    keep(book, first[0], first[3], first[6])
    gaps = [(gap["first"], gap["last"]) for gap in book.report()["gaps"]]
    assert gaps == [(2, 3), (5, 6)]
    keep(book, first[1], first[2])
    gaps = [(gap["first"], gap["last"]) for gap in book.report()["gaps"]]
    assert gaps == [(5, 6)]
    assert book.last(FIRST) == 4


def test_a_skipped_event_explains_its_gap(book: Book, events: list[Event]) -> None:
    first = of_first(events)
    keep(book, *first[:9], *first[10:])
    skipped = {
        **first[9],
        "id": "0198b7c4-6e00-7000-8000-0000000000ff",
        "type": "zayavka.ticket.skipped.v1",
        "data": {"actor": "operator"},
    }
    assert keep(book, skipped) == ["applied"]
    report = book.report()
    assert report["gaps"] == []
    assert report["skipped"] == [{"source": FIRST, "sequence": 10}]
    assert book.last(FIRST) == len(first)


def test_a_person_is_known_from_any_of_their_events_on(
    book: Book, events: list[Event]
) -> None:
    source = "/zayavka/contacts/"
    told = next(one for one in events if one["source"].startswith(source))
    later = [{**told, "id": seq, "sequence": seq} for seq in ("0000000007", "10", "8")]
    assert keep(book, *later) == ["applied", "applied", "stale"]
    assert book.report()["gaps"] == []
    assert book.report()["rows"]["contact"] == 1


def test_a_type_that_is_new_takes_its_place_and_is_counted(
    book: Book, events: list[Event]
) -> None:
    first = of_first(events)
    newer = {**first[1], "type": "zayavka.ticket.painted.v1", "data": {"to": "red"}}
    assert keep(book, first[0], newer, first[2]) == ["applied", "unknown", "applied"]


def test_an_answer_to_a_command_stands_in_no_stream(book: Book) -> None:
    refused = {
        "id": "1",
        "source": "/zayavka/commands/corporate",
        "type": "zayavka.command.refused.v1",
        "data": {"reason": "no such ticket"},
    }
    assert keep(book, refused, refused) == ["aside", "repeat"]


def test_a_rehearsal_changes_nothing(book: Book, events: list[Event]) -> None:
    source = "/zayavka/rehearsals/monday"
    places = enumerate(of_first(events), start=1)
    assert set(
        keep(book, *({**one, "source": source, "sequence": n} for n, one in places))
    ) == {"aside"}
    report = book.report()
    assert (report["gaps"], report["rows"]["ticket"]) == ([], 0)


def test_what_is_no_event_is_refused_and_changes_nothing(
    book: Book, events: list[Event]
) -> None:
    for body in (b"{", b"[]", b"{}", b"\xff", json.dumps({**events[0], "data": 1})):
        with pytest.raises((KeyError, TypeError, ValueError)):
            book.keep(body if isinstance(body, bytes) else body.encode())
    assert book.report()["arrivals"] == 0


def test_a_file_is_read_from_where_it_was_left(
    book: Book, events: list[Event], tmp_path: Path
) -> None:
    path = tmp_path / "bus.jsonl"
    lines = [json.dumps(one).encode() + b"\n" for one in events]
    path.write_bytes(b"".join(lines[:5]) + lines[5][:20])
    read_file(book, path)
    assert book.report()["arrivals"] == 5
    path.write_bytes(b"".join(lines))
    read_file(book, path)
    assert book.report()["arrivals"] == len(events)
    assert of_mirror(tmp_path / "copy.db") == whole(events, tmp_path)


def snapshot(sequence: int, **said: Any) -> Event:
    """Make the state of NN-1 that the desk would send."""
    id_ = f"0198b7c4-6e00-7000-8000-{len(said):06}{sequence:06}"
    person = {"kind": "contact", "id": 7, "name": "Анна", "email": None}
    data = {
        "actor": "system",
        "number": "NN-1",
        "site": "NN",
        "organisation": None,
        "requester": 7,
        "subject": "Как есть",
        "process": "default",
        "stage": "closed",
        "priority": "high",
        "assignee": {"kind": "specialist", "id": 3, "name": "Вера"},
        "opened_at": "2026-03-01T00:00:00.000000Z",
        "participants": [{"role": "requester", "person": person}],
        "comments": [comment(1), comment(2)],
        "attachments": [file(1), file(2)],
        "leaves": False,
        "part": 1,
        "parts": 1,
        **said,
    }
    return {
        "specversion": "1.0",
        "id": id_,
        "source": FIRST,
        "type": "zayavka.ticket.snapshot.v1",
        "time": "2026-03-09T00:00:00.000000Z",
        "sequence": f"{sequence:010}",
        "partitionkey": "NN-1",
        "data": data,
    }


def comment(number: int) -> Event:
    return {
        "comment": f"comment-{number}",
        "author": {"kind": "contact", "id": 7},
        "visibility": "public",
        "trust": "proven",
        "channel": "smtp",
        "at": "2026-03-01T00:00:00.000000Z",
        "text": f"text {number}",
        "attachments": 1,
    }


def file(number: int) -> Event:
    told = {"name": "a", "media_type": "b/c", "size": 1, "sha256": "d", "url": "e"}
    return {"comment": f"comment-{number}", **told}


def test_a_snapshot_replaces_the_ticket_and_closes_what_was_missing(
    book: Book, events: list[Event], tmp_path: Path
) -> None:
    first = of_first(events)
    keep(book, *first[:4], first[7], first[9])
    assert len(book.report()["gaps"]) == 2
    assert keep(book, snapshot(9)) == ["applied"]
    assert book.report()["gaps"] == []
    assert book.last(FIRST) == 10  # what was held behind it followed
    copy = of_mirror(tmp_path / "copy.db")
    [row] = copy["ticket"]
    assert row[5:9] == ("Как есть", "default", "closed", "high")
    assert [one[:2] for one in copy["comment"]] == [
        ("comment-1", "NN-1"),
        ("comment-2", "NN-1"),
    ]
    [after, *of_snapshot] = copy["attachment"]
    assert after[1] == first[9]["data"]["name"]
    assert [one[0] for one in of_snapshot] == ["comment-1", "comment-2"]
    assert copy["participant"] == [("NN-1", 7, "requester", 0)]
    assert keep(book, first[8], first[5]) == ["stale", "stale"]


def test_a_stream_may_begin_with_a_snapshot(book: Book, events: list[Event]) -> None:
    first = of_first(events)
    assert keep(book, snapshot(7), first[7]) == ["applied", "applied"]
    assert keep(book, snapshot(7, stage="new")) == ["stale"]
    assert book.report()["gaps"] == []


def test_a_snapshot_in_parts_is_whole_with_the_last(
    book: Book, events: list[Event], tmp_path: Path
) -> None:
    first = of_first(events)
    keep(book, *first[:3])
    part = snapshot(12, part=1, parts=2)
    rest = snapshot(
        12, part=2, parts=2, participants=[], comments=[comment(3)], attachments=[]
    )
    rest["id"] += "-2"
    keep(book, part)
    assert book.last(FIRST) == 3
    keep(book, rest)
    assert book.last(FIRST) == 12
    assert len(of_mirror(tmp_path / "copy.db")["comment"]) == 3


def test_a_ticket_that_left_is_kept_and_not_counted(
    book: Book, events: list[Event]
) -> None:
    first = of_first(events)
    farewell = snapshot(4)
    told = {"number": "NN-1", "leaves": True, "part": 1, "parts": 1}
    farewell["data"] = {"actor": "system", **told}
    keep(book, *first[:3], farewell)
    assert book.sequences() == {}
    keep(book, snapshot(20))
    assert book.sequences() == {"NN-1": 20}
