"""The door beside aiosmtpd's own SMTP that does nothing, under one load.

``python -m tests.mail.bench_smtp`` prints mails per second of both, each in a
process of its own under uvloop, with the load generator in another.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from itertools import product
from statistics import median

import uvloop
from aiosmtpd.smtp import SMTP

from mail.door.smtp import Accepted, Door, Limits


class Nothing:
    """A keeper, and a handler for aiosmtpd, that does nothing."""

    async def keep(self, accepted: Accepted) -> None:
        del accepted

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


async def open_ours(limits: Limits) -> int:
    door = Door(
        keeper=Nothing(),
        accepts=lambda _: True,
        hostname="bench.example",
        clock=lambda: datetime.now(UTC),
        limits=limits,
    )
    await door.start("127.0.0.1", 0)
    return door.port


async def open_theirs(_limits: Limits) -> int:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Nothing(), hostname="bench.example", loop=loop),
        "127.0.0.1",
        0,
        backlog=1024,
    )
    port: int = server.sockets[0].getsockname()[1]
    return port


SERVERS = {"door": open_ours, "aiosmtpd": open_theirs}


async def serve(name: str, limits: Limits) -> None:
    port = await SERVERS[name](limits)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def measure(name: str, arguments: list[str]) -> float:
    command = [sys.executable, "-m", "tests.mail.bench_smtp", "--serve", name]
    with subprocess.Popen(  # noqa: S603 # our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        load = [sys.executable, "-m", "tests.load", "--port", port, *arguments]
        done = subprocess.run(  # noqa: S603 # our own module
            load, capture_output=True, text=True, check=True, timeout=120
        )
        server.communicate("")
    report = json.loads(done.stdout)
    assert set(report["codes"]) == {"250"}, report
    rate: float = report["mails_per_second"]
    return rate


def compare(rounds: int) -> None:
    kinds: list[list[str]] = [[], ["--per-connection"]]
    sizes = [("4096", "6000"), ("102400", "1500")]
    for (size, mails), connections, kind in product(sizes, ["10", "100"], kinds):
        arguments = ["--size", size, "--mails", mails, "--connections", connections]
        rates: dict[str, list[float]] = {name: [] for name in SERVERS}
        for _ in range(rounds):
            for name, seen in rates.items():
                seen.append(measure(name, arguments + kind))
        row = {name: round(median(seen)) for name, seen in rates.items()}
        times = f"x{row['door'] / row['aiosmtpd']:.2f}"
        sys.stdout.write(f"{' '.join(arguments + kind)}: {json.dumps(row)} {times}\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", choices=SERVERS)
    parser.add_argument("--limits", type=json.loads, default={}, help="of the door")
    options = parser.parse_args()
    if options.serve:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(options.serve, Limits(**options.limits)))
    else:
        compare(options.rounds)


if __name__ == "__main__":
    main()
