"""An SMTP load generator: ``python -m tests.load --port P --connections C``.

Prints one line of JSON: mails per second, latency from MAIL to the last reply,
and how many mails heard which code. Mails are made up, each with its own
Message-ID, or taken in turn from the files of a folder and sent from the address
of their From header.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast
from uuid import uuid4

import uvloop
from typing_extensions import override


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to send, where to, and how hard."""

    port: int
    host: str = "127.0.0.1"
    connections: int = 10
    mails: int = 1000
    size: int = 4096
    per_connection: bool = False
    folder: Path | None = None
    sender: str = "load@client.example"
    recipient: str = "support@example.org"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What came of it; times in seconds and milliseconds as named.

    ``began`` is the moment before the first connection, in seconds of the epoch.
    """

    began: float
    mails: int
    seconds: float
    mails_per_second: float
    p50_ms: float
    p99_ms: float
    codes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Mail:
    """Bytes and the sender of their envelope."""

    sender: str
    content: bytes


def made_up_mails(plan: Plan) -> Iterator[Mail]:
    run = uuid4().hex
    line = b"Seventy characters of a letter that somebody might have written to us.\r\n"
    for number in itertools.count():
        head = (
            f"From: Load <{plan.sender}>\r\nTo: <{plan.recipient}>\r\n"
            f"Subject: Load {number}\r\nMessage-ID: <{run}.{number}@client.example>\r\n"
            f"Date: Mon, 02 Mar 2026 12:00:00 +0000\r\n\r\n"
        ).encode()
        lines = max(1, math.ceil((plan.size - len(head)) / len(line)))
        yield Mail(plan.sender, head + line * lines)


def mails_of_folder(plan: Plan, folder: Path) -> Iterator[Mail]:
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    mails = [b"\r\n".join(path.read_bytes().splitlines()) + b"\r\n" for path in paths]
    if not mails:
        raise SystemExit(f"{folder} has no files")
    return itertools.cycle([Mail(author_of(one) or plan.sender, one) for one in mails])


def author_of(mail: bytes) -> str | None:
    """Return the address of a plain From header."""
    found = re.search(rb"^From:[^\r\n]*?([\w.+-]+@[\w.-]+)", mail, re.MULTILINE)
    return found[1].decode() if found else None


def stuffed(mail: bytes) -> bytes:
    """Return the mail as it goes after 354, its end included."""
    if mail.startswith(b"."):
        mail = b"." + mail
    return mail.replace(b"\r\n.", b"\r\n..") + b".\r\n"


@dataclass(kw_only=True)
class Tally:
    """The mails still to send and what became of the others."""

    plan: Plan
    mails: Iterator[Mail]
    left: int
    codes: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def next(self) -> Mail | None:
        if self.left <= 0:
            return None
        self.left -= 1
        return next(self.mails)


class Sender(asyncio.Protocol):
    """One connection: greeting, EHLO, then mail after mail, one step a reply."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._step: Callable[[str], None] = self._on_greeting
        self._mail: Mail | None = None
        self._began = 0.0
        self._heard = b""
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._began = self._loop.time()

    @override
    def data_received(self, data: bytes) -> None:
        self._heard += data
        last = self._heard.rstrip(b"\r\n").rpartition(b"\n")[2]
        if self._heard.endswith(b"\n") and last[3:4] != b"-":
            self._heard = b""
            self._step(last[:3].decode())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # the tally tells lost mails, not reasons
        if self._mail is not None:
            self._tally.codes["lost"] += 1
        if not self.closed.done():
            self.closed.set_result(None)

    def _say(self, line: bytes) -> None:
        self._transport.write(line)

    def _on_greeting(self, code: str) -> None:
        if code != "220":
            self._tally.codes[code] += 1
            self._transport.close()
            return
        self._step = self._on_ready
        self._say(b"EHLO client.example\r\n")

    def _on_ready(self, _code: str) -> None:
        self._mail = self._tally.next()
        if self._mail is None:
            self._step = self._on_quit
            self._say(b"QUIT\r\n")
            return
        if not self._tally.plan.per_connection:
            self._began = self._loop.time()
        self._step = self._on_mail
        self._say(f"MAIL FROM:<{self._mail.sender}>\r\n".encode())

    def _on_mail(self, code: str) -> None:
        if code != "250":
            self._finish(code)
            return
        self._step = self._on_rcpt
        self._say(f"RCPT TO:<{self._tally.plan.recipient}>\r\n".encode())

    def _on_rcpt(self, code: str) -> None:
        if code != "250":
            self._finish(code)
            return
        self._step = self._on_data
        self._say(b"DATA\r\n")

    def _on_data(self, code: str) -> None:
        if code != "354" or self._mail is None:
            self._finish(code)
            return
        self._step = self._finish
        self._say(stuffed(self._mail.content))

    def _finish(self, code: str) -> None:
        self._mail = None
        self._tally.codes[code] += 1
        self._tally.latencies.append(self._loop.time() - self._began)
        if self._tally.plan.per_connection:
            self._step = self._on_quit
            self._say(b"QUIT\r\n")
        elif code == "250":
            self._on_ready(code)
        else:
            self._step = self._on_ready
            self._say(b"RSET\r\n")

    def _on_quit(self, _code: str) -> None:
        self._transport.close()


async def keep_sending(tally: Tally) -> None:
    """Send over one connection after another, as long as there are mails."""
    loop = asyncio.get_running_loop()
    while tally.left > 0:
        _, sender = await loop.create_connection(
            lambda: Sender(tally), tally.plan.host, tally.plan.port
        )
        await sender.closed
        if tally.codes["lost"] or tally.codes["421"]:
            return


async def load(plan: Plan) -> Report:
    mails = mails_of_folder(plan, plan.folder) if plan.folder else made_up_mails(plan)
    tally = Tally(plan=plan, mails=mails, left=plan.mails)
    moment = time.time()
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(keep_sending(tally) for _ in range(plan.connections)))
    seconds = asyncio.get_running_loop().time() - began
    times = sorted(tally.latencies) or [0.0]
    return Report(
        began=moment,
        mails=len(tally.latencies),
        seconds=round(seconds, 3),
        mails_per_second=round(len(tally.latencies) / seconds, 1),
        p50_ms=round(times[len(times) // 2] * 1000, 3),
        p99_ms=round(times[len(times) * 99 // 100] * 1000, 3),
        codes=dict(tally.codes),
    )


def read_plan(arguments: list[str] | None = None) -> Plan:
    usual = Plan(port=0)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=usual.host)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=usual.connections)
    parser.add_argument("--mails", type=int, default=usual.mails)
    parser.add_argument("--size", type=int, default=usual.size, help="bytes a mail")
    parser.add_argument("--per-connection", action="store_true", help="a mail each")
    parser.add_argument("--folder", type=Path, help="raw mails, one a file")
    parser.add_argument("--sender", default=usual.sender)
    parser.add_argument("--recipient", default=usual.recipient)
    return Plan(**vars(parser.parse_args(arguments)))


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        report = runner.run(load(read_plan()))
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main()
