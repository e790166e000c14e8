from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.publishers import publisher_from
from bus.targets import out_of
from tests.bus.scene import PARTNER, VERA, Scene, all_that_can_happen
from tests.replay import GapError, OrderError, State, replay, replayed, sha256
from tickets.letter import File
from tickets.model import Comment, Contact, Organisation, Specialist, System, Ticket
from tickets.process import TransitionError
from tickets.talk import RemoteFile
from tickets.words import FileState


def stamp(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def named(one: Organisation | Contact | Specialist | None) -> Any:
    return None if one is None else {"id": one.id, "name": one.name}


def listed(scene: Scene, ticket: Ticket) -> dict[str, Any]:
    people = scene.records.participants(ticket.id)
    return {
        "number": ticket.number,
        "version": ticket.version,
        "site": ticket.site,
        "organisation": named(ticket.organisation),
        "requester": named(ticket.requester),
        "subject": ticket.subject,
        "process": ticket.process,
        "stage": ticket.stage,
        "priority": ticket.priority,
        "assignee": named(ticket.assignee),
        "opened_at": stamp(ticket.opened_at),
        "first_answer_at": stamp(ticket.first_answer_at),
        "resolved_at": stamp(ticket.resolved_at),
        "closed_at": stamp(ticket.closed_at),
        "merged_into": ticket.merged_into,
        "participants": [
            {
                "id": one.contact.id,
                "name": one.contact.name,
                "email": one.contact.email,
                "role": one.role,
                "quiet": one.quiet,
            }
            for one in people
        ],
        "comments": {
            one.public_id: commented(one)
            for one in scene.records.comments.values()
            if one.ticket_id == ticket.id
        },
    }


def commented(one: Comment) -> dict[str, Any]:
    assert not isinstance(one.author, System)  # no corporate system speaks here
    kind = "contact" if isinstance(one.author, Contact) else "specialist"
    files = [file for file in one.attachments if file.state is FileState.STORED]
    return {
        "id": one.public_id,
        "author": {"kind": kind, "id": one.author.id},
        "visibility": one.visibility,
        "trust": one.trust,
        "channel": one.channel,
        "at": stamp(one.at),
        "text_sha256": sha256(one.text),
        "attachments": sorted(
            (file.name, file.media_type, file.size, file.sha256) for file in files
        ),
    }


def comparable(state: State) -> dict[str, Any]:
    """Leave out what the desk's rows do not hold in this form."""
    tickets = state.listed()
    for ticket in tickets.values():
        del ticket["failures"]
        for one in ticket["comments"].values():
            text = one.pop("text")
            assert text is None or sha256(text) == one["text_sha256"]
            one["attachments"] = sorted(
                (file["name"], file["media_type"], file["size"], file["sha256"])
                for file in one["attachments"]
            )
    return tickets


def known(state: State) -> set[tuple[Any, ...]]:
    return {
        (one["id"], one["name"], *one["emails"], one["organisation"])
        for one in state.contacts.values()
    }


def check(scene: Scene, state: State) -> None:
    records = scene.records
    tickets = {one.number: listed(scene, one) for one in records.tickets.values()}
    assert comparable(state) == tickets
    people = records.people.values()
    assert known(state) == {
        (one.id, one.name, one.email, one.organisation and one.organisation.id)
        for one in people
    }
    assert set(state.ids) == {event.id for event in records.events}


def published(scene: Scene, path: Path) -> Path:
    async def run() -> None:
        publisher = publisher_from(f"file:{path}")
        await publisher.publish([out_of(one) for one in scene.bodies])
        await publisher.close()

    asyncio.run(run())
    return path


def test_the_bus_file_replays_to_what_the_desk_knows(tmp_path: Path) -> None:
    scene = all_that_can_happen()
    state = replay(published(scene, tmp_path / "bus.jsonl"))
    check(scene, state)
    assert state.organisations == {
        PARTNER.id: {
            "id": PARTNER.id,
            "name": PARTNER.name,
            "domains": ["romashka.example"],
            "site": PARTNER.site,
        }
    }
    assert state.specialists == {
        VERA.id: {
            "id": VERA.id,
            "name": VERA.name,
            "telegram_id": VERA.telegram_id,
            "site": VERA.site,
            "role": VERA.role,
        }
    }


def acts(first: str, text: str) -> dict[str, Callable[[Scene], None]]:
    remote = RemoteFile(remote_id="A", name="f", media_type="x/y", size=1)
    stranger = "v@evil.example"
    return {
        "open another": lambda scene: scene.mail(text, author=stranger),
        "follow": lambda scene: scene.mail(text, answers=first),
        "tag": lambda scene: scene.mail(text, subject="Re: [NN-1]"),
        "cc": lambda scene: scene.mail(text, author=stranger, answers=first),
        "robot": lambda scene: scene.mail(
            text, author=stranger, answers=first, automatic=True
        ),
        "answer": lambda scene: scene.say(text),
        "note": lambda scene: scene.say(f"//{text}"),
        "send files": lambda scene: scene.say("", files=(remote, remote)),
        "fetch": lambda scene: scene.fetch(text.encode()),
        "take": lambda scene: scene.press("take"),
        "close": lambda scene: scene.press("close"),
        "resolve": Scene.resolve,
        "reopen": lambda scene: scene.move_topic(closed=False),
        "fail": lambda scene: scene.fail_delivery(text),
    }


@settings(max_examples=60)
@given(
    played=st.lists(st.sampled_from(sorted(acts("", ""))), max_size=25),
    text=st.text(max_size=60).map(lambda one: one * 600),
)
def test_whatever_happens_the_bus_replays_to_what_the_desk_knows(
    played: list[str], text: str
) -> None:
    scene = Scene()
    first = scene.mail(files=(File(name="a", media_type="b/c", content=b"d"),))
    for act in played:
        with contextlib.suppress(TransitionError):
            acts(first, text)[act](scene)
    check(scene, replayed(scene.events))


def test_a_repeat_at_once_changes_nothing() -> None:
    scene = all_that_can_happen()
    twice = [event for event in scene.events for _ in range(2)]
    state = replayed(twice)
    check(scene, state)
    assert state.repeats == len(scene.events)


def test_streams_may_be_interleaved_in_any_way() -> None:
    scene = all_that_can_happen()
    regrouped = sorted(scene.events, key=lambda event: str(event["source"]))
    check(scene, replayed(regrouped))


def test_a_missing_event_is_a_gap() -> None:
    events = of_first_ticket()
    with pytest.raises(GapError, match="/zayavka/tickets/NN-1: 4 after 2"):
        replayed([*events[:2], *events[3:]])


def test_a_stream_without_its_beginning_is_a_gap() -> None:
    with pytest.raises(GapError, match="2 after 0"):
        replayed(of_first_ticket()[1:])


def test_a_repeat_after_a_later_event_is_out_of_order() -> None:
    events = of_first_ticket()
    with pytest.raises(OrderError, match="2 after 3"):
        replayed([*events[:3], events[1]])


def test_the_same_place_with_another_id_is_out_of_order() -> None:
    events = of_first_ticket()
    with pytest.raises(OrderError):
        replayed([*events[:2], events[1] | {"id": "another"}])


def test_an_id_that_comes_again_at_another_place_is_out_of_order() -> None:
    events = of_first_ticket()
    with pytest.raises(OrderError):
        replayed([*events[:2], events[2] | {"id": events[0]["id"]}])


def test_a_line_that_is_being_written_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "bus.jsonl"
    line = json.dumps(of_first_ticket()[0]).encode()
    path.write_bytes(line + b"\n" + line[:40])
    assert replay(path).tickets.keys() == {"NN-1"}


def of_first_ticket() -> list[dict[str, Any]]:
    scene = all_that_can_happen()
    return [one for one in scene.events if one["source"] == "/zayavka/tickets/NN-1"]
