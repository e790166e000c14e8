"""The desk as a process: started, waited for, stopped and killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from tests.acceptance.waiting import eventually

FORKING = Path(__file__).with_name("forking.py")


def environment() -> dict[str, str]:
    """Return ours without what would configure a desk or slow its start."""
    ours = {"PYTHONDONTWRITEBYTECODE"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ZAYAVKA_") and name not in ours
    }


def program(config: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli", "--config", str(config)]


def command(config: Path, *arguments: str) -> str:
    """Run a command of the desk's command line and return what it prints."""
    done = subprocess.run(  # noqa: S603 # our own program
        [*program(config), *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Starter(Protocol):
    """A way to start the process and to see it gone."""

    def start(self) -> int:
        """Return the new process's id."""
        ...

    def wait(self) -> int:
        """Return the exit status, negative for a signal, once it has ended."""
        ...

    def ended(self) -> bool: ...


class Cold:
    """A new interpreter each time, as an operator starts it."""

    def __init__(self, command: list[str], log: IO[bytes]) -> None:
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        self._process = subprocess.Popen(  # noqa: S603 # our own program
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env=environment(),
        )
        return self._process.pid

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(30)

    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None


class Forks:
    """A process that has imported everything and starts others by forks.

    From one thread at a time.
    """

    def __init__(self) -> None:
        self._parent = subprocess.Popen(  # noqa: S603 # our own program
            [sys.executable, "-P", str(FORKING)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )

    def ask(self, *words: str | int) -> int:
        """Say a line and return the number that comes back."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(json.dumps(words) + "\n")
        self._parent.stdin.flush()
        line = self._parent.stdout.readline()
        assert line, "the process that starts desks has ended"
        return int(line)

    def close(self) -> None:
        self._parent.communicate(timeout=30)


class Warm:
    """A fork each time."""

    def __init__(self, forks: Forks, *words: str) -> None:
        self._forks = forks
        self._words = words
        self._child = 0

    def start(self) -> int:
        self._child = self._forks.ask("start", *self._words)
        return self._child

    def wait(self) -> int:
        child, self._child = self._child, 0
        return self._forks.ask("wait", child)

    def ended(self) -> bool:
        return self._child == 0 or _is_over(self._child)


def _is_over(pid: int) -> bool:
    """Say whether a process is gone, or waits to be asked for its status."""
    try:
        return _status_of(pid)[0] == "Z"
    except FileNotFoundError:
        return True


def _status_of(pid: int) -> list[str]:
    """Return what the kernel knows of a process, its state first (proc_pid_stat(5))."""
    status = Path(f"/proc/{pid}/stat").read_text()
    return status.rpartition(")")[2].split()


class Process:
    """One process of a desk."""

    def __init__(self, starter: Starter) -> None:
        self.starter = starter
        self.pid = 0  # while it runs

    def launch(self) -> None:
        assert self.pid == 0, "it is running"
        self.pid = self.starter.start()

    def worked(self) -> float:
        """Return how many seconds of the processor it took until now."""
        user, system = _status_of(self.pid)[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def hears_sigterm(self) -> bool:
        """Say whether it catches the signal: without that the kernel would end it."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        caught = int(re.findall(r"SigCgt:\s*(\w+)", told)[0], 16)
        return bool(caught >> (signal.SIGTERM - 1) & 1)

    def ask_to_stop(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> int:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Return its exit status once it has ended."""
        self.pid = 0
        return self.starter.wait()


class Desk:
    """A desk of one process that plays every role, or of several.

    It is known by its configuration file and the port of its SMTP door.
    """

    def __init__(self, config: Path, smtp_port: int) -> None:
        self.config = config
        self.smtp_port = smtp_port
        self.log = config.with_name("desk.log")
        self._log = self.log.open("ab")
        self.processes = [Process(Cold([*program(config), "run"], self._log))]

    def warm(self, forks: Forks, processes: Sequence[Sequence[str]] = ((),)) -> None:
        """Start these by forks from now on, each with its roles; () are all."""
        places = (str(self.config), str(self.log))
        self.processes = [Process(Warm(forks, *places, *roles)) for roles in processes]

    def by(self, command: list[str]) -> None:
        """Start by another command from now on."""
        self.processes = [Process(Cold(command, self._log))]

    def start(self, *, seconds: float = 30.0) -> None:
        """Start it and wait until its door greets."""
        self.launch()
        eventually(self._is_up, seconds=seconds, what="the desk greets")

    def launch(self) -> None:
        for process in self.processes:
            process.launch()

    def stop(self) -> list[int]:
        """Ask all to stop and return their exit statuses."""
        for process in self.processes:
            process.ask_to_stop()
        return [process.wait() for process in self.processes]

    def kill(self) -> None:
        for process in self.processes:
            process.kill()

    def close(self) -> None:
        for process in self.processes:
            if process.pid:
                process.kill()
        self._log.close()

    def said(self) -> str:
        """Return what the desk logged."""
        return self.log.read_text(errors="replace")

    def _is_up(self) -> bool:
        if any(process.starter.ended() for process in self.processes):
            raise AssertionError(f"the desk has ended:\n{self.said()[-4000:]}")
        try:
            with socket.create_connection(("127.0.0.1", self.smtp_port), 1) as door:
                return door.recv(100).startswith(b"220 ")
        except OSError:
            return False
