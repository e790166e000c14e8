"""What a desk asked of the kernel, in order, as strace wrote it down."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = "fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg,rename,mkdir"
#: Longer than a page of the database, whose bytes may take four characters each.
LONGEST = 20_000
_CALL = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)", re.DOTALL)
_RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>")
_PLACE = re.compile(r"\d+<(?P<open>TCP[^\]]*\]|[^>]*)>|\"(?P<named>[^\"]*)\"")


def tracer(trace: Path) -> list[str]:
    """Return the command that traces another; skip, in CI fail, without strace."""
    found = shutil.which("strace")
    if found is None or not _may_trace(found):
        hint = "no strace that may trace: apt-get install strace (and allow ptrace)"
        if os.environ.get("CI"):
            pytest.fail(hint)
        pytest.skip(hint)
    options = ["-D", "-f", "-yy", "-s", str(LONGEST), "-e", f"trace={CALLS}"]
    return [found, *options, "-o", str(trace)]


def _may_trace(strace: str) -> bool:
    command = [strace, "-o", os.devnull, "true"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 # strace itself


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it began; ``ended`` is when it returned, counted in lines."""

    name: str
    place: str  # the file or the socket
    text: str
    began: int
    ended: int


def read_trace(trace: Path) -> list[Call]:
    """Return the calls in the order in which they began."""
    return sorted(_calls(trace), key=lambda call: call.began)


def _calls(trace: Path) -> Iterator[Call]:
    open_calls: dict[str, tuple[int, re.Match[str]]] = {}
    with trace.open(errors="replace") as lines:
        for at, line in enumerate(lines):
            resumed = _RESUMED.match(line)
            if resumed is not None:
                began, call = open_calls.pop(resumed["thread"])
                yield _call(call, began, at, rest=line)
                continue
            call_now = _CALL.match(line)
            if call_now is None:
                continue
            if "<unfinished ...>" in line:
                open_calls[call_now["thread"]] = at, call_now
            else:
                yield _call(call_now, at, at)


def _call(call: re.Match[str], began: int, ended: int, *, rest: str = "") -> Call:
    """``rest`` is the line on which a call ended that another one had interrupted."""
    place = _PLACE.search(call["rest"])
    where = (place["open"] or place["named"] or "") if place else ""
    return Call(call["name"], where, call["rest"] + rest, began, ended)
