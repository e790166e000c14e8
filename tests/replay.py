"""Rebuilds tickets and people from a bus file alone, as a receiver would.

It knows the documented format and nothing of the desk's code, so it can bear
witness against it. ``python -m tests.replay FILE`` prints the state as JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class GapError(Exception):
    """An event of a source is missing before this one."""


class OrderError(Exception):
    """An event of a source came back after later ones, or changed its id."""


def replay(path: Path) -> State:
    """Return the state that the whole lines of a file add up to."""
    return replayed(lines(path))


def lines(path: Path) -> Iterator[Json]:
    """Yield the events; a last line without its newline is not there yet."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)


def replayed(events: Iterable[Json]) -> State:
    state = State()
    for event in events:
        state.take(event)
    return state


class State:
    """What is known after the events taken so far."""

    def __init__(self) -> None:
        self.tickets: dict[str, Json] = {}
        self.contacts: dict[int, Json] = {}
        self.organisations: dict[int, Json] = {}
        self.specialists: dict[int, Json] = {}
        self.ids: dict[str, str] = {}  # of each event taken, and its source
        self.skipped: dict[str, int] = {}  # the last one of each source
        self.repeats = 0
        self._parts: dict[str, list[Json]] = {}
        self._last: dict[str, tuple[int, str]] = {}

    def take(self, event: Json) -> None:
        """Apply an event; one that comes again at once changes nothing."""
        source, seq, id_ = event["source"], int(event["sequence"]), event["id"]
        last = self._last.get(source, (0, ""))
        if last == (seq, id_):
            self.repeats += 1
            return
        _, kind, what, version = event["type"].split(".")
        if version != "v1":
            raise ValueError(f"unknown version: {event['type']}")
        where = f"{source}: {seq} after {last[0]}"
        again = what == "snapshot" and seq == last[0]
        if (seq <= last[0] and not again) or id_ in self.ids:
            raise OrderError(where)
        begins = what == "snapshot" or (what == "changed" and source not in self._last)
        if seq > last[0] + 1 and not begins:
            raise GapError(where)
        self._last[source] = (seq, id_)
        self.ids[id_] = source
        self._apply(event, kind, what)

    def _apply(self, event: Json, kind: str, what: str) -> None:
        seq = int(event["sequence"])
        if what == "skipped":
            self.skipped[event["source"]] = seq
            return
        if what == "changed":
            self._learn(kind, event["data"])
            return
        if what == "snapshot":
            self._look(event["partitionkey"], event["data"], seq)
            return
        if what == "opened":
            ticket = _opened(event)
            self.tickets[event["partitionkey"]] = ticket
        else:
            ticket = self.tickets[event["partitionkey"]]
            STEPS[what](ticket, event["data"], event["time"])
        ticket["version"] = seq

    def _look(self, number: str, data: Json, seq: int) -> None:
        """Take a part of a snapshot; all of them replace what was known."""
        if data["leaves"]:
            self.tickets.pop(number, None)
            return
        first = data["part"] == 1
        parts = self._parts[number] = [] if first else self._parts.get(number, [])
        parts.append(data)
        if [one["part"] for one in parts] != list(range(1, data["part"] + 1)):
            raise GapError(f"{number}: part {data['part']} of the snapshot at {seq}")
        if data["part"] == data["parts"]:
            ticket = self.tickets[number] = _whole(self._parts.pop(number))
            ticket["version"] = seq

    def _learn(self, kind: str, data: Json) -> None:
        known = {
            "contact": self.contacts,
            "organisation": self.organisations,
            "specialist": self.specialists,
        }[kind]
        kept = {key: one for key, one in data.items() if key not in {"actor", "cut"}}
        known[data[kind]] = {"id": kept.pop(kind), **kept}

    def listed(self) -> dict[str, Json]:
        """Return the tickets as they are listed: with people's present names."""
        return {
            number: {
                **ticket,
                "requester": self._named(self.contacts, ticket["requester"]),
                "organisation": self._named(self.organisations, ticket["organisation"]),
                "assignee": self._named(self.specialists, ticket["assignee"]),
                "participants": [
                    self._person(one)
                    for one in ticket["participants"]
                    if "left" not in one
                ],
            }
            for number, ticket in self.tickets.items()
        }

    @staticmethod
    def _named(known: dict[int, Json], one: Json | None) -> Json | None:
        if one is None:
            return None
        return {"id": one["id"], "name": known.get(one["id"], one)["name"]}

    def _person(self, one: Json) -> Json:
        known = self.contacts.get(one["id"])
        if known is None:
            return one
        email = next(iter(known["emails"]), None)
        return {**one, "name": known["name"], "email": email}


def _opened(event: Json) -> Json:
    data = event["data"]
    partner = data["organisation"]
    return {
        "number": data["number"],
        "version": 1,
        "site": data["site"],
        "organisation": partner and {"id": partner, "name": data["organisation_name"]},
        "requester": {"id": data["requester"], "name": data["requester_name"]},
        "subject": data["subject"],
        "process": data["process"],
        "stage": data["stage"],
        "priority": data["priority"],
        "assignee": None,
        "opened_at": event["time"],
        "first_answer_at": None,
        "resolved_at": None,
        "closed_at": None,
        "merged_into": None,
        "participants": [],
        "comments": {},
        "failures": [],
    }


def _whole(parts: list[Json]) -> Json:
    """Put the parts of a snapshot together."""
    head = parts[0]
    same = ("site", "subject", "process", "stage", "priority", "merged_into")
    times = ("opened_at", "first_answer_at", "resolved_at", "closed_at")
    partner, assignee = head["organisation"], head["assignee"]
    ticket: Json = {
        **{key: head[key] for key in ("number", *same, *times)},
        "organisation": partner and {"id": partner, "name": head["organisation_name"]},
        "requester": {"id": head["requester"], "name": head["requester_name"]},
        "assignee": assignee and {"id": assignee["id"], "name": assignee["name"]},
        "participants": [],
        "comments": {},
        "failures": [],
    }
    for part in parts:
        for one in part["participants"]:
            _participant_added(ticket, one, head["opened_at"])
        for one in part["comments"]:
            ticket["comments"][one["comment"]] = _comment(one, one["at"])
        for one in part["attachments"]:
            _attachment_added(ticket, one, head["opened_at"])
    return ticket


def _comment_added(ticket: Json, data: Json, at: str) -> None:
    comment = ticket["comments"][data["comment"]] = _comment(data, at)
    answers = comment["author"]["kind"] == "specialist"
    if answers and data["visibility"] == "public" and ticket["first_answer_at"] is None:
        ticket["first_answer_at"] = at


def _comment(data: Json, at: str) -> Json:
    text = data.get("text")
    return {
        "id": data["comment"],
        "author": {key: data["author"][key] for key in ("kind", "id")},
        "visibility": data["visibility"],
        "trust": data["trust"],
        "channel": data["channel"],
        "at": at,
        "text": text,
        "text_sha256": data["text_sha256"] if text is None else sha256(text),
        "attachments": [],
    }


def _comment_edited(ticket: Json, data: Json, _at: str) -> None:
    ticket["comments"][data["comment"]]["visibility"] = data["visibility"]
    answers = [
        one["at"]
        for one in ticket["comments"].values()
        if (one["author"]["kind"], one["visibility"]) == ("specialist", "public")
    ]
    ticket["first_answer_at"] = min(answers, default=None)


def _comment_trusted(ticket: Json, data: Json, _at: str) -> None:
    if data["accepted"]:
        ticket["comments"][data["comment"]]["trust"] = "plausible"


def _attachment_added(ticket: Json, data: Json, _at: str) -> None:
    kept = ("name", "media_type", "size", "sha256")
    file = {key: data[key] for key in kept}
    ticket["comments"][data["comment"]]["attachments"].append(file)


def _assigned(ticket: Json, data: Json, _at: str) -> None:
    ticket["assignee"] = {"id": data["to"], "name": data["name"]}


def _stage_changed(ticket: Json, data: Json, at: str) -> None:
    ticket["stage"] = data["to"]
    if data["to"] == "resolved":
        ticket["resolved_at"] = at


def _closed(ticket: Json, data: Json, at: str) -> None:
    ticket["stage"] = data["to"]
    ticket["resolved_at"] = ticket["resolved_at"] or at
    ticket["closed_at"] = at


def _reopened(ticket: Json, data: Json, _at: str) -> None:
    ticket["stage"] = data["to"]
    ticket["resolved_at"] = ticket["closed_at"] = None


def _participant_added(ticket: Json, data: Json, _at: str) -> None:
    person = {key: data["person"][key] for key in ("id", "name", "email")}
    quiet = data.get("quiet", False)
    for one in ticket["participants"]:
        if one["id"] == person["id"]:
            one["quiet"] = quiet
            one.pop("left", None)
            return
    joined = {**person, "role": data["role"], "quiet": quiet}
    ticket["participants"].append(joined)


def _participant_removed(ticket: Json, data: Json, _at: str) -> None:
    for one in ticket["participants"]:  # who comes back stands where they stood
        if one["id"] == data["contact"]:
            one["left"] = True


def _delivery_failed(ticket: Json, data: Json, at: str) -> None:
    kept = ("channel", "recipient", "reason")
    ticket["failures"].append({"at": at, **{key: data[key] for key in kept}})


def _details_changed(ticket: Json, data: Json, at: str) -> None:
    """What a ticket awaits is no part of how it is listed."""


STEPS: dict[str, Callable[[Json, Json, str], None]] = {
    "comment-added": _comment_added,
    "comment-edited": _comment_edited,
    "comment-trusted": _comment_trusted,
    "attachment-added": _attachment_added,
    "assigned": _assigned,
    "stage-changed": _stage_changed,
    "details-changed": _details_changed,
    "escalated": _details_changed,
    "closed": _closed,
    "reopened": _reopened,
    "participant-added": _participant_added,
    "participant-removed": _participant_removed,
    "delivery-failed": _delivery_failed,
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    state = replay(Path(sys.argv[1]))
    told = {
        "tickets": state.listed(),
        "contacts": state.contacts,
        "organisations": state.organisations,
        "specialists": state.specialists,
        "repeats": state.repeats,
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
