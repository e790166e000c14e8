"""One writer: the lock on the data directory, and the socket of whoever holds it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from storage.errors import Locked
from tickets.model import Json

log = structlog.get_logger()
SOCKET = "control.sock"
#: The longest request or answer, in bytes.
LINE = 1024 * 1024
ANSWERING = 30.0
#: How long the commands at hand may take when stopping, in seconds.
GRACE = 0.8
#: What a Unix socket's address may take (unix(7)), its last NUL included.
ADDRESS_BYTES = 108
Execute = Callable[[str, Json], Awaitable[Json]]
Errors = tuple[type[Exception], ...]


class ControlError(Exception):
    """The service did not do what it was asked; the message says why."""


class NotListening(ControlError):  # noqa: N818 # a state of the socket
    """Nobody serves the data directory."""


class DataDirLock:
    """Holds a data directory for one process; Locked if another has it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise Locked(
                f"process {holder or 'unknown'} writes to {self._path.parent}: "
                "stop it first, or use another service.data_dir and storage.url"
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let go; the file stays, for removing it would let two processes in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@dataclass(kw_only=True)
class ControlServer:
    """Answers the command line on ``data_dir/control.sock``, a JSON line each way.

    ``told`` are the errors whose words the asker may read; others are logged.
    """

    folder: Path
    execute: Execute
    told: Errors
    _server: asyncio.Server | None = field(default=None, init=False)
    _answering: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _silent: set[asyncio.StreamWriter] = field(default_factory=set, init=False)

    async def start(self) -> None:
        """Listen; only for a process that holds the data directory."""
        path = self.folder / SOCKET
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        os.fchmod(listening.fileno(), 0o600)  # before it can be reached
        with _reach(self.folder) as short:
            listening.bind(str(short))
        path.chmod(0o600)
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listening, limit=LINE
        )

    async def stop(self) -> None:
        """Take no more commands and finish the ones at hand, within a second.

        Who has not asked yet is left; what takes longer is done and not answered.
        """
        if self._server is None:
            return
        self._server.close()
        (self.folder / SOCKET).unlink(missing_ok=True)
        for writer in self._silent:
            writer.close()
        if self._answering:
            await asyncio.wait(self._answering, timeout=GRACE)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._silent.add(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async with asyncio.timeout(ANSWERING):
                asked = await reader.readuntil(b"\n")
            self._silent.discard(writer)
            answer = await self._answer(asked)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (
            TimeoutError,
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            log.info("control.gave_up", reason=type(error).__name__)
        finally:
            self._silent.discard(writer)
            writer.close()

    async def _answer(self, asked: bytes) -> Json:
        name = ""
        try:
            request = json.loads(asked)
            name, arguments = str(request["command"]), dict(request["arguments"])
            return {"ok": True, "result": await self.execute(name, arguments)}
        except self.told as error:
            return {"ok": False, "error": str(error)}
        except Exception:
            log.exception("control.failed", command=name)
            return {"ok": False, "error": "it failed; the service's log says why"}


def ask(folder: Path, name: str, arguments: Json) -> Json:
    """Let the service that holds the directory run a command.

    ControlError says why it did not; NotListening that it was not reached.
    """
    with _connect(folder) as connection:
        request = {"command": name, "arguments": arguments}
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answers:
            line = answers.readline(LINE)
    if not line.endswith(b"\n"):
        raise ControlError("the service ended before it answered; ask again")
    answer: dict[str, Any] = json.loads(line)
    if not answer["ok"]:
        raise ControlError(answer["error"])
    result: Json = answer["result"]
    return result


def _connect(folder: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWERING)
    try:
        with _reach(folder) as short:
            connection.connect(str(short))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        connection.close()
        raise NotListening(f"nobody answers on {folder / SOCKET}") from error
    return connection


@contextmanager
def _reach(folder: Path) -> Iterator[Path]:
    """Yield a name of the socket that is short enough for its address."""
    path = folder / SOCKET
    if len(os.fsencode(path)) < ADDRESS_BYTES:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{descriptor}") / SOCKET
    finally:
        os.close(descriptor)
