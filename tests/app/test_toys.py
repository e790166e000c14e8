"""A desk to play with, beside whatever else runs on the machine."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import httpx

from tests.app.conftest import Ran, zayavka

ELSEWHERE = '[mail.smtp]\nport = 0\n[http]\nport = 0\n[[bus]]\nname = "b"\nurl = '


def test_the_sandbox_is_at_any_free_port_if_wanted(tmp_path: Path) -> None:
    config = tmp_path / "toy.toml"
    config.write_text(f'{ELSEWHERE}"file:bus.jsonl"\n')
    command = zayavka(config, "run", "--sandbox", "--sandbox-port", "0")
    with subprocess.Popen(  # noqa: S603 # our own program
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as desk:
        assert desk.stderr is not None
        try:
            greeting = next(line for line in desk.stderr if "The desk is open" in line)
            (page,) = re.findall(r"http://127\.0\.0\.1:\d+/sandbox/", greeting)
            assert ":8090/" not in page
            assert httpx.get(page, timeout=10).status_code == 200
            state = httpx.get(f"{page}api/state", timeout=10).json()
            assert (state["has_bus"], state["can_mail"]) == (True, True)
        finally:
            desk.send_signal(signal.SIGTERM)
            desk.communicate(timeout=30)
    assert desk.returncode == 0


def test_a_port_for_a_sandbox_that_is_not_wanted_is_bad_usage(desk: Path) -> None:
    ended = Ran(desk, "run", "--sandbox-port", "0")
    assert (ended.code, ended.err) == (
        2,
        "zayavka: --sandbox-port: only with --sandbox\n",
    )
