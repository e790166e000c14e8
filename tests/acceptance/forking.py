"""Starts desks from a process that has imported everything already.

It reads lines of JSON. To ``["start", CONFIG, LOG, ROLE ...]`` it says the new
process's id, to ``["wait", ID]`` the exit status once that has ended.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401 # as a start does late

import storage.revisions  # noqa: F401 # likewise
from app import logs
from app.config import load
from app.running import run
from app.service import ROLES


def main() -> None:
    for line in sys.stdin:
        asked, *words = json.loads(line)
        if asked == "wait":
            _, status = os.waitpid(words[0], 0)
            say(os.waitstatus_to_exitcode(status))
            continue
        child = os.fork()
        if child == 0:
            be_desk(*words)
            return
        say(child)


def be_desk(config: str, log: str, *roles: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for place in (1, 2):
        os.dup2(out, place)
    logs.set_up()
    run(load(Path(config)), sandbox_port=None, roles=roles or ROLES)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
