"""A consumer who gets a snapshot knows what one who saw every event knows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.envelope import BODY_LIMIT, TEXT_LIMIT
from bus.snapshots import farewell, snapshot
from tests.bus.scene import (
    NOON,
    SCHEMAS,
    Scene,
    SignedLinks,
    all_that_can_happen,
    skips_of,
    snapshots_of,
    whole_of,
)
from tests.bus.test_replay import comparable
from tests.replay import GapError, OrderError, replayed
from tickets.letter import File
from tickets.whole import Whole

Event = dict[str, Any]


def people_of(scene: Scene) -> list[Event]:
    return [one for one in scene.events if one["type"].endswith(".changed.v1")]


def told(scene: Scene, whole: Whole) -> list[Event]:
    parts = snapshot(whole, ids=scene.ids.uuid, at=NOON, links=SignedLinks())
    for event, body in parts:
        assert len(body) <= BODY_LIMIT
        assert json.loads(body) == event
        SCHEMAS.check(str(event["type"]), body)
    return [json.loads(body) for _, body in parts]


def of_first(scene: Scene) -> list[Event]:
    return [one for one in scene.events if one["source"] == "/zayavka/tickets/NN-1"]


def test_snapshots_alone_give_what_all_events_give() -> None:
    scene = all_that_can_happen()
    seen = replayed([*people_of(scene), *snapshots_of(scene)])
    assert comparable(seen) == comparable(replayed(scene.events))


def test_a_ticket_goes_on_after_its_snapshot() -> None:
    scene = all_that_can_happen()
    before = len(scene.events)
    snapshots = snapshots_of(scene)
    scene.mail("И ещё", answers="<1@romashka.example>")
    later = scene.events[before:]
    seen = replayed([*people_of(scene), *snapshots, *later])
    assert comparable(seen) == comparable(replayed(scene.events))


def test_a_snapshot_says_which_event_it_includes_and_has_an_id_of_its_own() -> None:
    scene = all_that_can_happen()
    (event,) = [one for one in snapshots_of(scene) if one["partitionkey"] == "NN-1"]
    assert event["sequence"] == of_first(scene)[-1]["sequence"]
    assert event["id"] not in {one["id"] for one in scene.events}
    assert (event["data"]["part"], event["data"]["parts"]) == (1, 1)


def test_texts_of_any_length_and_files_without_end_come_complete_in_parts() -> None:
    scene = Scene()
    files = tuple(
        File(name=f"{n}" * 90, media_type="a/b", content=b"%d" % n) for n in range(400)
    )
    first = scene.mail("л" * (TEXT_LIMIT // 2), files=files)
    scene.mail("x" * (TEXT_LIMIT + 1), answers=first)
    scene.mail("\x01" * TEXT_LIMIT, answers=first)
    for n in range(9):
        scene.mail(f"{n}" * 20_000, answers=first)
    parts = told(scene, whole_of(scene, scene.last))
    assert [one["data"]["part"] for one in parts] == list(range(1, len(parts) + 1))
    assert {one["data"]["parts"] for one in parts} == {len(parts)}
    assert {one["sequence"] for one in parts} == {parts[0]["sequence"]}
    assert len({one["id"] for one in parts}) == len(parts) > 4
    texts = [one["data"]["comments"] for one in parts]
    assert sum("text_url" in one for comments in texts for one in comments) == 2
    seen = replayed([*people_of(scene), *parts])
    assert comparable(seen) == comparable(replayed(scene.events))


def test_a_subject_without_end_is_cut_as_in_the_event_that_told_it() -> None:
    scene = Scene()
    scene.mail()
    endless = replace(scene.last, subject="я" * 70_000)
    (part,) = told(scene, replace(whole_of(scene, scene.last), ticket=endless))
    assert part["data"]["cut"] == ["/subject"]
    assert part["data"]["subject"].endswith("…")


def test_what_is_cut_keeps_its_address() -> None:
    scene = Scene()
    scene.mail(files=(File(name="ы" * 60_000, media_type="a/b", content=b"."),))
    parts = told(scene, whole_of(scene, scene.last))
    (file,) = [one for part in parts for one in part["data"]["attachments"]]
    assert file["cut"] == ["/name"]
    assert file["url"] == SignedLinks().file(file["sha256"])


@settings(max_examples=40)
@given(
    st.lists(st.text(max_size=40).map(lambda one: one * 900), min_size=1, max_size=12)
)
def test_whatever_is_said_the_parts_hold_it(texts: list[str]) -> None:
    scene = Scene()
    first = scene.mail()
    for text in texts:
        scene.mail(text, answers=first)
    seen = replayed([*people_of(scene), *told(scene, whole_of(scene, scene.last))])
    assert comparable(seen) == comparable(replayed(scene.events))


def test_a_part_that_is_missing_is_a_gap() -> None:
    scene = Scene()
    first = scene.mail("x" * 30_000)
    for n in range(4):
        scene.mail(f"{n}" * 30_000, answers=first)
    parts = told(scene, whole_of(scene, scene.last))
    assert len(parts) == 3
    with pytest.raises(GapError, match="part 3"):
        replayed([parts[0], parts[2]])


def test_a_farewell_is_the_last_word() -> None:
    scene = all_that_can_happen()
    ticket = next(iter(scene.records.tickets.values()))
    event, body = farewell(ticket, ids=scene.ids.uuid, at=NOON)
    SCHEMAS.check(str(event["type"]), body)
    state = replayed([*scene.events, json.loads(body)])
    assert "NN-1" not in state.tickets
    assert "NN-2" in state.tickets


def test_a_skip_fills_the_place_of_what_it_stands_for() -> None:
    scene = all_that_can_happen()
    skips = {one["source"]: one for one in skips_of(scene)}
    closed = skips["/zayavka/tickets/NN-2"]
    events = [
        closed if (one["source"], one["sequence"]) == place(closed) else one
        for one in scene.events
    ]
    state = replayed(events)
    assert state.skipped == {closed["source"]: int(closed["sequence"])}
    assert closed["data"]["reason"] == "broken"
    assert closed["data"]["skipped"] in {one["id"] for one in scene.events}


def place(event: Event) -> tuple[str, str]:
    return event["source"], event["sequence"]


def test_an_old_snapshot_is_out_of_order() -> None:
    scene = all_that_can_happen()
    (event,) = [one for one in snapshots_of(scene) if one["partitionkey"] == "NN-1"]
    old = event | {"sequence": "0000000003"}
    with pytest.raises(OrderError):
        replayed([*scene.events, old])
