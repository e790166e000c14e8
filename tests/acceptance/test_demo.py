"""The demo plays its morning on a machine that has nothing but the program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.acceptance.desks import command, environment

LONGEST = 60  # seconds, as its help says


def test_a_morning_is_played_and_adds_up(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    done = subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-P", "-m", "app.cli", "demo", "--folder", str(folder)],
        env=environment() | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=2 * LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    config = folder / "config.toml"
    said = json.loads(command(config, "audit", "--json"))
    assert said["difference"] == said["parked"] == said["pending"] == 0
    tickets = json.loads(command(config, "ticket", "list", "--json"))
    assert len(tickets) == said["ticket"]
    assert all(one["number"] in done.stdout for one in tickets)
    assert str(folder) in done.stdout
