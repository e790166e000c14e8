"""The desk as a process: started, waited for, stopped and killed."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Protocol

from tests.acceptance.waiting import eventually

FORKING = Path(__file__).with_name("forking.py")
#: Below the range from which the kernel takes the ports of outgoing connections.
PORTS = range(12_000, 32_000)


def free_port() -> int:
    """Return a port that a server may take now, and again after a restart."""
    while True:
        port = random.choice(PORTS)  # noqa: S311 # nothing secret about it
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


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


class Warm:
    """A fork of a process that has imported everything: there at once."""

    def __init__(self, config: Path, log: IO[bytes]) -> None:
        self._parent = subprocess.Popen(  # noqa: S603 # our own program
            [sys.executable, "-P", str(FORKING), str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment(),
            text=True,
        )
        self._child = 0

    def start(self) -> int:
        assert self._parent.stdin is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        self._child = self._read()
        return self._child

    def wait(self) -> int:
        status, self._child = self._read(), 0
        return status

    def ended(self) -> bool:
        return self._child == 0 or not Path(f"/proc/{self._child}").exists()

    def close(self) -> None:
        self._parent.communicate(timeout=30)

    def _read(self) -> int:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        assert line, "the process that starts desks has ended: see its log"
        return int(line)


class Desk:
    """One desk, by its configuration file and the port of its SMTP door."""

    def __init__(self, config: Path, smtp_port: int) -> None:
        self.config = config
        self.smtp_port = smtp_port
        self.log = config.with_name("desk.log")
        self._log = self.log.open("ab")
        self._starter: Starter = Cold([*program(config), "run"], self._log)
        self._pid = 0

    def warm(self) -> Warm:
        """Start by forks from now on; whoever asked closes what is returned."""
        warm = Warm(self.config, self._log)
        self._starter = warm
        return warm

    def by(self, command: list[str]) -> None:
        """Start by another command from now on."""
        self._starter = Cold(command, self._log)

    def start(self, *, seconds: float = 30.0) -> None:
        """Start it and wait until its door greets."""
        self.launch()
        eventually(self._is_up, seconds=seconds, what="the desk greets")

    def launch(self) -> None:
        assert self._pid == 0, "the desk is running"
        self._pid = self._starter.start()

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        return self._end(signal.SIGKILL)

    def close(self) -> None:
        if self._pid:
            self.kill()
        self._log.close()

    @property
    def running(self) -> bool:
        return self._pid != 0

    def _end(self, number: signal.Signals) -> int:
        pid, self._pid = self._pid, 0
        os.kill(pid, number)
        return self._starter.wait()

    def _is_up(self) -> bool:
        if self._starter.ended():
            said = self.log.read_text(errors="replace")[-4000:]
            raise AssertionError(f"the desk has ended:\n{said}")
        try:
            with socket.create_connection(("127.0.0.1", self.smtp_port), 1) as door:
                return door.recv(100).startswith(b"220 ")
        except OSError:
            return False
