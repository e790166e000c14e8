"""Starts desks from a process that has imported everything already.

``python -P forking.py CONFIG`` starts one for each line it reads, as often as a
drill kills it; it says the new process's id, and its status once it has ended.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.config import load
from app.running import run


def main() -> None:
    config = Path(sys.argv[1])
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)  # what the desk says goes to its log, not to who asked
            run(load(config), sandbox_port=None)
            return
        say(child)
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
