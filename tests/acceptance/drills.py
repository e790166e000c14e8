"""Desks that are killed under load, again and again, and then left in peace."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.acceptance.desks import Desk
from tests.acceptance.houses import House
from tests.acceptance.traffic import MailServer, Partners, Staff, paced
from tests.brokers import RabbitMq

KILLS = 50
LONGEST_LIFE = 1.0  # seconds from a start to the next kill, starting included
LONGEST_PEACE = 1.8  # seconds from one kill to the next, of several processes
BROKER_LIVES = (10.0, 25.0)  # seconds from a start of the broker to its kill
MAILS_PER_SECOND = 20
CHATS_PER_SECOND = 5
#: Each has a forum group: what a bot may write into one group a minute is little.
SITES = 80
#: The roles of several processes that share a desk.
APART = (
    ("intake", "http"),
    ("worker",),
    ("worker",),
    ("relay",),
    ("relay",),
    ("bot",),
    ("bot",),
    ("scheduler",),
    ("scheduler",),
)
MANAGERS = ("boss@example.org", "head@example.org")
REPORTS = tuple(f"Report {number}" for number in range(1, 6))
#: What has ended when the desk is started is due at once, then each minute.
DIGESTS = "".join(
    f"""
[[digests]]
name = "{name}"
schedule = "* * * * *"
recipients = {list(MANAGERS)}
"""
    for name in REPORTS
)

DIGESTS_DUE = range(8, 16)  # seconds of each minute


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What was done, and to whom."""

    house: House
    server: MailServer
    partners: Partners
    staff: Staff
    storm: float  # seconds
    calm: float  # seconds until nothing was left to do

    def summary(self) -> str:
        server, staff = self.server, self.staff
        return (
            f"{KILLS} kills in {self.storm:.0f} s, quiet {self.calm:.0f} s later; "
            f"{len(server.accepted)} mails in {server.tries} tries, "
            f"{len(staff.answers)} answers, {len(staff.notes)} notes, "
            f"{staff.presses} presses"
        )


def kill_whole(desk: Desk, chance: random.Random) -> None:
    """Kill the desk as often as it is started."""
    desk.warm()
    for _ in range(KILLS):
        desk.launch()
        time.sleep(chance.uniform(0.1, LONGEST_LIFE))
        desk.kill()
    desk.start()


def kill_parts(desk: Desk, chance: random.Random, broker: RabbitMq) -> None:
    """Kill one process after another, each is started again; the broker, too."""
    desk.warm(APART)
    desk.start()
    with dying(broker, fork(chance)):
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, LONGEST_PEACE))
            process = chance.choice(desk.processes)
            process.kill()
            process.launch()


@contextmanager
def dying(broker: RabbitMq, chance: random.Random) -> Iterator[None]:
    """Kill a broker twice and start it again on what it had written."""

    def work() -> None:
        for _ in range(2):
            time.sleep(chance.uniform(*BROKER_LIVES))
            broker.kill()
            broker.start()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def run_drill(
    house: House, chance: random.Random, storm: Callable[[Desk, random.Random], None]
) -> Drill:
    """Let people write while there is a storm; wait until all of it is worked."""
    house.records.age()
    server = MailServer(house.desk.smtp_port)
    partners = Partners(house=house, server=server, chance=fork(chance))
    staff = Staff(house=house, chance=fork(chance))
    began = time.monotonic()
    with (
        paced(partners.write, MAILS_PER_SECOND),
        paced(staff.work, CHATS_PER_SECOND),
    ):
        storm(house.desk, chance)
    ended = time.monotonic()
    server.close()
    wait_for_calm(house)
    calm = time.monotonic() - ended
    assert set(house.desk.stop()) == {0}
    return Drill(
        house=house,
        server=server,
        partners=partners,
        staff=staff,
        storm=ended - began,
        calm=calm,
    )


def wait_for_calm(house: House) -> None:
    """Wait until nothing is left to do, and no digest will be due at once."""
    house.quiet(seconds=180)
    while datetime.now(UTC).second in DIGESTS_DUE:
        time.sleep(0.5)
    house.quiet(seconds=30)


def fork(chance: random.Random) -> random.Random:
    return random.Random(chance.random())  # noqa: S311 # chaos, no secret
