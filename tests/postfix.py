"""A real Postfix for tests: private, on free ports, with a queue of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.waiting import eventually
from tests.brokers import free_ports
from tests.folders import make_folder

PROGRAMS = Path("/usr/lib/postfix/sbin")
START_SECONDS = 30
PATIENCE = 60.0
_PAGE = Path(__file__).parents[1] / "docs" / "postfix.md"
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {programs}
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
myhostname = mx.example.org
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_connect_timeout = 5s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
delay_logging_resolution_limit = 6
{lines}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n - 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def lines_of(kind: str) -> list[str]:
    """Return the lines of ``main.cf`` that the page for operators shows."""
    found = re.search(
        rf"<!-- main\.cf, {kind} -->\n```\n(.*?)```", _PAGE.read_text(), re.DOTALL
    )
    assert found is not None
    return found[1].splitlines()


def _lines(kind: str) -> list[str]:
    """Return all lines for a way, of which the page shows what is different."""
    domain, known, way, answers, size = lines_of("smtp")
    if kind == "ask":
        return [domain, *lines_of(kind), size]
    ways = lines_of(kind) if kind == "lmtp" else [way]
    return [domain, known, *ways, answers, size]


class Postfix:
    """One instance; mail for the desk goes to it as the page says, else to a sink.

    ``ports`` are of the desk, by those that the page shows; ``kind`` is the way.
    """

    def __init__(self, kind: str, ports: dict[int, int], sink: int) -> None:
        (self.port,) = free_ports(1)
        text = "\n".join(_lines(kind))
        for shown, real in ports.items():
            text = re.sub(rf":{shown}\b", f":{real}", text)
        self._text = text
        self._sink = sink
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def folder(self) -> Path:
        folder = make_folder("zayavka-postfix-")
        folder.chmod(0o755)
        for kept in ("etc", "queue", "data"):
            (folder / kept).mkdir(mode=0o755)
        shutil.chown(folder / "data", "postfix")
        main = _MAIN.format(
            folder=folder, programs=PROGRAMS, sink=self._sink, lines=self._text
        )
        (folder / "etc" / "main.cf").write_text(main)
        (folder / "etc" / "master.cf").write_text(_MASTER.format(port=self.port))
        return folder

    def start(self) -> None:
        """Run it until it greets."""
        if not (PROGRAMS / "master").is_file():
            _do_without("apt-get install --no-install-recommends postfix")
        if os.getuid() != 0:
            pytest.skip("no Postfix: it must be started by root")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 # Debian's program
                ["/usr/sbin/postfix", "-c", self.folder / "etc", "start-fg"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        limit = time.monotonic() + START_SECONDS
        while not self._greets():
            if self._process.poll() is not None or time.monotonic() > limit:
                said = self.said()[-3000:]
                self.close()
                _do_without(f"a machine where it starts; it said:\n{said}")
            time.sleep(0.05)

    def close(self) -> None:
        if self._process is None:
            return
        with suppress(FileNotFoundError, ProcessLookupError):
            master = int((self.folder / "queue" / "pid" / "master.pid").read_text())
            os.kill(master, signal.SIGTERM)  # it leads a session of its own
        self._process.wait(START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def queue(self) -> list[dict[str, Any]]:
        """Return the recipients that wait, each with its ``delay_reason``."""
        lines = self._run("/usr/sbin/postqueue", "-j").splitlines()
        return [one for line in lines for one in json.loads(line)["recipients"]]

    def drained(self) -> None:
        """Wait until nothing waits any more."""
        self.until(lambda: not self.queue(), "the queue is empty")

    def until(self, look: Callable[[], object], what: str) -> None:
        try:
            eventually(look, seconds=PATIENCE, what=what, pause=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()[-3000:]}") from error

    def _run(self, *command: str) -> str:
        done = subprocess.run(  # noqa: S603 # Debian's program
            [command[0], "-c", str(self.folder / "etc"), *command[1:]],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout

    def _greets(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except (OSError, smtplib.SMTPException):
            return False


def _do_without(remedy: str) -> None:
    words = f"no Postfix: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
