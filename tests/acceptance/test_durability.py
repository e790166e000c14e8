"""A mail hears 250 only after the disk has it: shown by a trace of the process."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.desks import program
from tests.acceptance.houses import House
from tests.acceptance.letters import letter
from tests.acceptance.traces import Call, read_trace, tracer
from tests.acceptance.waiting import eventually

MAILS = 20
CARELESS = Path(__file__).with_name("careless.py")
KEPT = "250 2.0.0 Kept"
SYNC = {"fsync", "fdatasync"}


@dataclass(frozen=True, slots=True)
class Told:
    """A mail that heard 250: its mark, and the port it was sent from."""

    mark: str
    port: int


def send(house: House, mark: str, size: int = 0) -> Told:
    site = house.sites[0]
    text = f"{mark}\n" * 5 + "filling\n" * (size // 8)
    mail = letter(sender=site.person("ivan"), to=site.address, text=text)
    with smtplib.SMTP("127.0.0.1", house.desk.smtp_port, timeout=60) as client:
        assert client.sock is not None
        port: int = client.sock.getsockname()[1]
        client.sendmail(site.person("ivan"), [site.address], mail.as_bytes())
    return Told(mark, port)


def traced(house: House, command: list[str], sizes: Sequence[int]) -> list[Told]:
    """Send mails, four at a time, to a desk that is traced."""
    house.desk.by([*tracer(trace_of(house)), *command])
    house.desk.start(seconds=90)
    with ThreadPoolExecutor(4) as pool:
        marks = [f"mark-{place:03d}-" for place in range(len(sizes))]
        told = list(pool.map(lambda *one: send(house, *one), marks, sizes))
    house.desk.stop()
    eventually(
        lambda: "+++ exited with" in last_line(trace_of(house)),
        what="the trace is complete",
    )
    return told


def trace_of(house: House) -> Path:
    return house.desk.config.parent / "trace"


def last_line(path: Path) -> str:
    return path.read_text(errors="replace").rstrip().rpartition("\n")[2]


def answers(calls: Sequence[Call], told: Told) -> Call:
    """Return the call that gave a mail its 250."""
    [found] = [
        call for call in calls if KEPT in call.text and f":{told.port}]" in call.place
    ]
    return found


def is_safe(calls: Sequence[Call], told: Told, *, place: str) -> bool:
    """Say whether the mail's bytes were written and synced before its 250."""
    answer = answers(calls, told)
    written = [one for one in calls if told.mark in one.text and place in one.place]
    assert written, f"{told.mark} was never written to {place}"
    return is_synced(
        calls, written[0].place, after=written[0].ended, before=answer.began
    )


def is_synced(calls: Sequence[Call], place: str, *, after: int, before: int) -> bool:
    return any(
        call.name in SYNC and call.place == place
        for call in calls
        if after < call.began <= call.ended < before
    )


def test_every_250_comes_after_the_bytes_were_synced(own: House) -> None:
    told = traced(own, [*program(own.desk.config), "run"], [0] * MAILS)
    calls = read_trace(trace_of(own))
    assert len(told) == MAILS
    wal = "zayavka.db-wal"
    assert [one.mark for one in told if not is_safe(calls, one, place=wal)] == []


def test_a_desk_that_does_not_sync_is_found_out(own: House) -> None:
    command = [sys.executable, "-P", str(CARELESS), str(own.desk.config)]
    told = traced(own, command, [0] * MAILS)
    calls = read_trace(trace_of(own))
    wal = "zayavka.db-wal"
    assert [one.mark for one in told if is_safe(calls, one, place=wal)] == []


def test_a_large_mail_is_synced_with_its_name_and_its_folders(own: House) -> None:
    [told] = traced(own, [*program(own.desk.config), "run"], [400_000])
    calls = read_trace(trace_of(own))
    answer = answers(calls, told)
    assert is_safe(calls, told, place="/blobs/")
    named = [
        call
        for call in calls
        if call.name in {"rename", "mkdir"}
        and "/blobs" in call.place
        and call.text.rstrip().endswith("= 0")
    ]
    assert [call.name for call in named] == ["mkdir", "mkdir", "rename"]
    for call in named:
        folder = str(Path(call.place).parent)
        assert is_synced(calls, folder, after=call.ended, before=answer.began), (
            call.text
        )
