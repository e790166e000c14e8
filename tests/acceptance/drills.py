"""Desks that are killed under load, again and again, and then left in peace."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

from tests.acceptance.desks import Desk
from tests.acceptance.houses import House
from tests.acceptance.traffic import MailServer, Partners, Staff, paced
from tests.acceptance.waiting import eventually
from tests.brokers import RabbitMq

KILLS = 50
EARLY = 0.2  # of the desks are killed while they start, the others at work
#: From a start to the kill, and from one kill to the next of several processes, in
#: starts of the desk: a busy machine works as slowly as it starts.
LONGEST_LIFE = 2.0
LONGEST_PEACE = 0.5
SHORTEST_START = 2.0  # seconds, of several processes
BROKER_LIVES = (3.0, 9.0)  # seconds from a start of the broker to its kill
MAILS_PER_SECOND = 20
#: A machine short of time has a longer storm, and not more to do after it.
MOST_MAILS = 800
MOST_CHATS = 200
PATIENCE = 120.0  # seconds without any progress; a group's rate window lasts a minute
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

#: Kills a desk; is told how many seconds it takes to start.
Storm = Callable[[Desk, random.Random, float], None]
DIGESTS_DUE = range(8, 16)  # seconds of each minute


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What was done, and to whom."""

    house: House
    server: MailServer
    partners: Partners
    staff: Staff
    mails: list[EmailMessage]  # that the desk sent
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


def kill_whole(desk: Desk, chance: random.Random, start: float) -> None:
    """Kill the desk as often as it is started."""
    for _ in range(KILLS):
        if chance.random() < EARLY:
            time.sleep(chance.uniform(0.0, start))
            desk.kill()
            desk.launch()
        else:
            time.sleep(chance.uniform(0.0, LONGEST_LIFE * start))
            desk.kill()
            start = started(desk)


def started(desk: Desk) -> float:
    """Start the desk; return how many seconds it took."""
    began = time.monotonic()
    desk.start()
    return time.monotonic() - began


def kill_parts(
    desk: Desk, chance: random.Random, start: float, *, broker: RabbitMq
) -> None:
    """Kill one process after another, each is started again; the broker, too."""
    longest = LONGEST_PEACE * max(start, SHORTEST_START)
    with dying(broker, fork(chance)):
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, longest))
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


def run_drill(house: House, chance: random.Random, storm: Storm) -> Drill:
    """Let people write while there is a storm; wait until all of it is worked."""
    house.records.age()
    start = started(house.desk)
    server = MailServer(house.desk.smtp_port)
    partners = Partners(house=house, server=server, chance=fork(chance))
    staff = Staff(house=house, chance=fork(chance))
    with (
        paced(partners.write, MAILS_PER_SECOND, most=MOST_MAILS),
        paced(staff.work, CHATS_PER_SECOND, most=MOST_CHATS),
    ):
        eventually(lambda: staff.presses, seconds=60, what="everybody is at work")
        began = time.monotonic()
        storm(house.desk, chance, start)
    ended = time.monotonic()
    server.close()
    wait_for_calm(house)
    calm = time.monotonic() - ended
    statuses = house.desk.stop()
    assert set(statuses) == {0}, f"{statuses}: {house.desk.said()[-2000:]}"
    return Drill(
        house=house,
        server=server,
        partners=partners,
        staff=staff,
        mails=house.mailboxes.mails(),
        storm=ended - began,
        calm=calm,
    )


def wait_for_calm(house: House) -> None:
    """Wait until nothing is left to do, and no digest will be due at once.

    However long that takes, as long as it becomes less.
    """
    while left := house.waiting():
        eventually(
            partial(has_fewer, house, left),
            seconds=PATIENCE,
            what=f"fewer than {left} wait",
            pause=0.2,
        )
    while datetime.now(UTC).second in DIGESTS_DUE:
        time.sleep(0.5)
    house.quiet(seconds=30)


def has_fewer(house: House, waiting: int) -> bool:
    return house.waiting() < waiting


def fork(chance: random.Random) -> random.Random:
    return random.Random(chance.random())  # noqa: S311 # chaos, no secret
