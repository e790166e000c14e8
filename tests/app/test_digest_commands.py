"""Figures and digests from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.control import DataDirLock
from storage.store import Store
from tests.app.conftest import Ran, Run
from tests.app.test_control import served

pytestmark = pytest.mark.usefixtures("busy")
DIGEST = """
[[digests]]
name = "weekly"
schedule = "0 9 * * mon"
recipients = ["boss@example.org", "head@example.org"]
scope = {sites = ["NN"]}
"""
TODAY = datetime.now(UTC).date()


@pytest.fixture
def planned(desk: Path) -> Path:
    """Return the configuration of a desk with a digest."""
    with desk.open("a") as file:
        file.write(DIGEST)
    return desk


def test_the_figures_of_the_last_days_are_counted(run: Run) -> None:
    found = json.loads(run("stats", "--json").out)
    assert list(found) == [
        "since", "until", "timezone", "opened", "closed", "reopened", "open",
        "first_answers", "sites", "specialists", "days", "waiting",
    ]  # fmt: skip
    assert (found["opened"], found["closed"], found["open"]) == (1, 0, 1)
    assert found["first_answers"]["count"] == 1
    assert found["specialists"] == [
        {"name": "Anna", "opened": 1, "closed": 0, "open": 1}
    ]
    words = run("stats").out
    for said in ("opened 1, closed 0", "half within 0:00:0", "Anna", "NN"):
        assert said in words


def test_figures_are_limited_as_asked(run: Run) -> None:
    def opened(*options: str) -> int:
        found = json.loads(run("stats", "--json", *options).out)
        return int(found["opened"])

    later = str(TODAY + timedelta(days=2))
    assert opened("--since", str(TODAY - timedelta(days=2)), "--until", later) == 1
    assert opened("--since", "2026-01-01T00:00:00Z", "--until", "2026-01-01") == 0
    assert opened("--site", "NN", "--organisation", "Partner") == 1
    assert opened("--site", "CH") == 0


def test_a_day_is_the_whole_day_of_the_desk(run: Run) -> None:
    day = json.loads(
        run("stats", "--json", "--since", "2026-01-31", "--until", "2026-01-31").out
    )
    assert day["since"] == "2026-01-30T21:00:00Z"
    assert day["until"] == "2026-01-31T21:00:00Z"


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "yesterday"),
        ("--since", "2026-02-01", "--until", "2026-01-01"),
        ("--until", "2026-13-01"),
    ],
)
def test_nonsense_is_bad_usage(run: Run, options: tuple[str, ...]) -> None:
    assert run("stats", *options).code == 2


def test_a_digest_is_previewed_and_nothing_is_sent(run: Run, planned: Path) -> None:
    page = run("digest", "preview", "weekly")
    assert page.code == 0, page.err
    assert page.out.startswith("<!DOCTYPE html>")
    assert "data:image/png;base64," in page.out
    out = planned.parent / "page.txt"
    words = ("digest", "preview", "weekly", "--format", "text")
    assert run(*words, "--out", str(out)).code == 0
    assert "Поступило: 1\n" in out.read_text(encoding="utf-8")
    listed = json.loads(run("delivery", "list", "--json").out)
    assert "digest" not in [one["kind"] for one in listed]


@pytest.mark.usefixtures("planned")
def test_a_digest_is_sent_at_once_to_each_recipient(run: Run) -> None:
    sent = run("digest", "send", "weekly", "--json")
    assert sent.code == 0, sent.err
    assert json.loads(sent.out)["recipients"] == [
        "boss@example.org",
        "head@example.org",
    ]
    listed = json.loads(run("delivery", "list", "--json").out)
    assert [one["target"] for one in listed if one["kind"] == "digest"] == [
        "head@example.org",
        "boss@example.org",
    ]
    assert run("audit").code == 0


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize("command", ["preview", "send"])
def test_a_digest_that_is_not_configured_is_bad_usage(run: Run, command: str) -> None:
    ended = run("digest", command, "weakly")
    assert ended.code == 2
    assert "'weakly' is no digest of the configuration" in ended.err
    assert "weekly" in ended.err


def test_the_service_that_runs_queues_what_was_counted_beside_it(
    run: Run, planned: Path, store: Store
) -> None:
    store.close()  # the service has it
    folder = planned.parent / "var"
    with DataDirLock(folder):
        ended = served(folder, lambda: run("digest", "send", "weekly", "--json"))
    assert isinstance(ended, Ran)
    asked = json.loads(ended.out)
    assert asked["did"] == "digest send"
    assert asked["figures"]["opened"] == 1


def test_a_partner_that_nobody_knows_is_found(run: Run, planned: Path) -> None:
    scope = "organisations = ['Partner', 'Patrner']"
    planned.write_text(planned.read_text().replace('sites = ["NN"]', scope))
    bus = '[[bus]]\nname = "k"\nurl = "file:k"\norganisations = ["Parnter"]\n'
    planned.write_text(planned.read_text() + bus)
    said = run("check").out
    assert "Parnter is no organisation" in said
    assert "Patrner is no organisation" in said
    assert "Partner is no" not in said
