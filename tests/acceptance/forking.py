"""Starts desks from a process that has imported everything already.

``python -P forking.py CONFIG`` reads ``start [ROLE ...]`` and says the new process's
id, or ``wait ID`` and says its status once it has ended.
"""

from __future__ import annotations

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
    config = Path(sys.argv[1])
    for line in sys.stdin:
        asked, *words = line.split()
        if asked == "wait":
            _, status = os.waitpid(int(words[0]), 0)
            say(os.waitstatus_to_exitcode(status))
            continue
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)  # what the desk says goes to its log, not to who asked
            logs.set_up()
            run(load(config), sandbox_port=None, roles=tuple(words) or ROLES)
            return
        say(child)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
