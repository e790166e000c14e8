"""``bus status``: every target there is or was, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store
from tests.app.conftest import Run
from tests.storage.test_targets import mark, queue

KEYS = [
    "name",
    "url",
    "published",
    "waiting",
    "parked",
    "oldest_seconds",
    "last_error",
]


@pytest.fixture
def listed(run: Run, desk: Path, store: Store) -> list[dict[str, Any]]:
    """Return what is said of two targets, of which one is new, and of a former one."""
    target = '[[bus]]\nname = "{0}"\nurl = "file:{0}.jsonl"\n'
    desk.write_text(desk.read_text() + target.format("esb") + target.format("fresh"))
    ids = queue(store, "esb", "esb", "former")
    mark(store, ids[:1], "sent")
    mark(store, ids[2:], "parked", error="schema\x1b[2J refused")
    told = run("bus", "status", "--json")
    assert (told.code, told.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(told.out)
    return rows


def test_every_target_is_told_of(listed: list[dict[str, Any]], tmp_path: Path) -> None:
    esb, fresh, former = listed
    assert list(esb) == KEYS
    assert 0 <= esb.pop("oldest_seconds") < 300
    assert esb == {
        "name": "esb",
        "url": f"file:{tmp_path}/esb.jsonl",
        "published": 1,
        "waiting": 1,
        "parked": 0,
        "last_error": None,
    }
    assert list(fresh.values())[2:] == [0, 0, 0, None, None]
    assert (former["name"], former["url"], former["parked"]) == ("former", None, 1)


@pytest.mark.usefixtures("listed")
def test_people_read_it_as_a_table(run: Run) -> None:
    lines = run("bus", "status").out.splitlines()
    for word in ("name", "published", "waiting", "parked", "oldest", "last error"):
        assert word in lines[0] + lines[1]
    table = "\n".join(lines)
    assert "no longer configured" in table
    assert "0:00:0" in table
    assert "schema" in table
    assert "\x1b" not in table
