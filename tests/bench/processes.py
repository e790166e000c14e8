"""Processes that serve while they are measured."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT = 180


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """Run a module that prints its port once it serves; yield process id and port."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 # our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"{module} did not start")
        yield process.pid, int(port)
        process.communicate("", timeout=TIMEOUT)


def send(port: int, **options: object) -> dict[str, Any]:
    """Run the load generator and return its report; every mail must hear 250."""
    command = [sys.executable, "-m", "tests.load", "--port", str(port)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    done = subprocess.run(  # noqa: S603 # our own module
        command, capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    report: dict[str, Any] = json.loads(done.stdout)
    if set(report["codes"]) != {"250"}:
        raise RuntimeError(f"not every mail was taken: {report}")
    return report


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> float:
    """Return the most memory that a process had at once, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@dataclass(slots=True)
class Peak:
    """The most memory that our own process had while it was watched."""

    mebibytes: float = 0.0


@contextmanager
def own_peak_memory() -> Iterator[Peak]:
    """Watch our own process; what it had before counts as far as it still has it."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak (proc(5))
    peak = Peak()
    yield peak
    peak.mebibytes = peak_memory(os.getpid())
