"""The door's promise, each mail committed before its 250, beside no promise at all."""

from __future__ import annotations

from contextlib import ExitStack

from tests.bench import desk
from tests.bench.processes import send, serving
from tests.bench.whole import workplace
from tests.databases import Templates

CONNECTIONS = 100
#: Sizes in bytes, and how many mails of each are sent.
LOADS = {4096: 4000, 102_400: 1000}
NOTHING = "aiosmtpd, nothing kept"
DOORS = {"SQLite": "sqlite", "PostgreSQL": "postgres"}


def measure(templates: Templates, size: int, rounds: int) -> dict[str, list[float]]:
    """Return the rates of each door, in rounds that alternate between them."""
    with ExitStack() as stack:
        _, port = stack.enter_context(
            serving("tests.mail.bench_smtp", "--serve", "aiosmtpd")
        )
        ports = {NOTHING: port}
        for name, database in DOORS.items():
            places, folder = stack.enter_context(workplace(templates, database))
            opened = desk.running(places, folder, [["intake"]])
            ports[name] = stack.enter_context(opened).port
        rates: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(rounds):
            for name, seen in rates.items():
                seen.append(_rate(ports[name], size))
    return rates


def _rate(port: int, size: int) -> float:
    mails = LOADS[size]
    report = send(port, size=size, mails=mails, connections=CONNECTIONS)
    rate: float = report["mails_per_second"]
    return rate
