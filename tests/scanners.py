"""Scanners for tests: one that behaves as it is told, and Debian's clamd."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import pytest

from mail.files.scanner import PROBE
from tests.folders import make_folder

#: Harmless, and every scanner knows it (eicar.org). In two parts, so that one that
#: looks at this file does not.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VIRUS = "Test.Eicar"
Way = Literal["judges", "is silent", "breaks off", "is out of memory"]


@dataclass
class ScriptedClamd:
    """Speaks clamd's protocol over a real socket, and may do it badly.

    It takes streams up to ``limit`` bytes. ``worse`` are bytes over which it breaks
    off whenever they come.
    """

    port: int = 0
    way: Way = "judges"
    limit: int = 1_000_000
    worse: bytes = b"\0never\0"
    scanned: list[bytes] = field(default_factory=list)
    probes: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone: nobody listens any more, and every connection is cut."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            if self.way == "is silent":
                await reader.read(-1)
                return
            writer.write(b"stream: %b\0" % await self._judge(reader))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side is gone, or we are: both are what is tested
        finally:
            self._open.discard(writer)
            writer.transport.abort() if writer.is_closing() else writer.close()

    async def _judge(self, reader: asyncio.StreamReader) -> bytes:
        content = bytearray()
        while length := struct.unpack("!L", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
            if self.way == "breaks off" or self.worse in content:
                raise ConnectionAbortedError
        if self.way == "is out of memory":
            return b"Can't allocate memory ERROR"
        if content == PROBE:
            self.probes += 1
        else:
            self.scanned.append(bytes(content))
        return b"%b FOUND" % VIRUS.encode() if EICAR in content else b"OK"


@asynccontextmanager
async def open_scripted(clamd: ScriptedClamd) -> AsyncIterator[ScriptedClamd]:
    await clamd.start()
    try:
        yield clamd
    finally:
        await clamd.stop()


PROGRAM = Path("/usr/sbin/clamd")
START_SECONDS = 20
_CONF = """\
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/socket
LogFile {folder}/log
Foreground yes
StreamMaxLength 1M
"""


class RealClamd:
    """Debian's clamd with a signature of ours alone, which it loads at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def folder(self) -> Path:
        folder = make_folder("zayavka-clamd-")
        (folder / "signatures").mkdir()
        signature = f"{VIRUS}:0:*:{EICAR.hex()}\n"
        (folder / "signatures" / "test.ndb").write_text(signature)
        (folder / "conf").write_text(_CONF.format(folder=folder))
        return folder

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Run it, if it does not run, until it takes connections."""
        if self._process is not None and self._process.poll() is None:
            return
        if not PROGRAM.is_file():
            _do_without("apt-get install --no-install-recommends clamav-daemon")
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 # Debian's program
                [PROGRAM, "--config-file", self.folder / "conf"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        limit = time.monotonic() + START_SECONDS
        while not _listens(self.socket):
            if self._process.poll() is not None or time.monotonic() > limit:
                said = (self.folder / "out").read_text()[-2000:]
                self.stop()
                _do_without(f"a machine where it starts; it said:\n{said}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(START_SECONDS)

    def close(self) -> None:
        if self._process is not None:
            self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0


def _do_without(remedy: str) -> None:
    words = f"no clamd: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
