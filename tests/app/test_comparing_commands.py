"""``bus reconcile`` and ``bus rehearse`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.conftest import Run

pytestmark = pytest.mark.usefixtures("busy")


@pytest.fixture
def file(desk: Path) -> Path:
    """Return the file that the desk's only target is."""
    path = desk.parent / "events.jsonl"
    with desk.open("a") as config:
        config.write(f'\n[[bus]]\nname = "erp"\nurl = "file:{path}"\n')
    return path


def test_a_target_that_agrees_is_told_with_its_counts(run: Run, file: Path) -> None:
    assert not file.exists()
    ran = run("bus", "reconcile", "--json")
    [found] = json.loads(ran.out)
    assert (ran.code, found["name"], found["checked"]) == (0, "erp", 0)
    assert found["places"] == {"missing": [], "extra": [], "disordered": []}
    assert "erp" in run("bus", "reconcile").out


def test_what_is_there_and_was_never_sent_is_named_and_ends_with_1(
    run: Run, file: Path
) -> None:
    file.write_text(
        '{"id": "x", "source": "/zayavka/tickets/NN-9", "partitionkey": "NN-9", '
        '"sequence": "0000000004", "type": "t"}\n'
    )
    ran = run("bus", "reconcile", "--since", "2026-01-01", "--target", "erp")
    assert ran.code == 1
    assert "erp: extra: NN-9 4 x" in ran.out


def test_a_rehearsal_is_judged_and_leaves_no_difference(run: Run, file: Path) -> None:
    ran = run("bus", "rehearse", "--json")
    rows = json.loads(ran.out)["erp"]
    assert ran.code == 0
    assert {row["came_back"] for row in rows} == {1}
    assert {row["taken"] for row in rows} == {True}
    assert len(file.read_text().splitlines()) == len(rows) > 10
    assert run("bus", "reconcile").code == 0
    assert "read back" in run("bus", "rehearse").out


def test_a_rehearsal_that_is_refused_says_why_and_ends_with_1(
    run: Run, file: Path
) -> None:
    file.mkdir()
    ran = run("bus", "rehearse", "--target", "erp")
    assert ran.code == 1
    assert "directory" in ran.out + ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--target", "crm"), "no target 'crm'", id="unknown target"),
        pytest.param(("--since", "never"), "must be a day", id="no moment"),
    ],
)
@pytest.mark.usefixtures("file")
def test_a_wrong_option_is_told(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run("bus", "reconcile", *words)
    assert ran.code in {1, 2}
    assert said in ran.err


def test_a_bus_that_cannot_be_read_says_what_to_set(run: Run, desk: Path) -> None:
    with desk.open("a") as config:
        config.write('\n[[bus]]\nname = "erp"\nurl = "https://erp.example.org/in"\n')
    ran = run("bus", "reconcile", "--target", "erp")
    assert ran.code == 1
    assert "set audit" in ran.err
