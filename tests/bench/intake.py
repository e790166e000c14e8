"""What a mail costs by its size: read, and taken from the wire to the ticket."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from mail.reading import parse
from tests.bench import desk, obvious
from tests.bench.mails import SUPPORT, Made, address, write_folder
from tests.bench.processes import send, serving
from tests.bench.whole import workplace
from tests.bench.words import pair
from tests.databases import Templates

CONNECTIONS = 10
TEXT = "Здравствуйте! Принтер не печатает после обновления.\n" * 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How large a mail's file is, 0 if it has none, and how many such are sent."""

    file_bytes: int
    mails: int


SIZES = {
    "a small mail": Size(file_bytes=0, mails=400),
    "with a file of 100 KB": Size(file_bytes=100 * 1024, mails=120),
    "with a file of 5 MB": Size(file_bytes=5 * 1024 * 1024, mails=16),
}


def reading(size: Size) -> tuple[float, float]:
    """Return microseconds a mail, ours and those of the obvious code."""
    count = 100 if size.file_bytes < 1024 * 1024 else 4
    raws = [one.content for one in _mails(size, count, sign="read")]
    return pair(parse.read, obvious.read, raws)


def taking(templates: Templates, size: Size, rounds: int) -> list[tuple[float, float]]:
    """Return milliseconds a mail until it is a ticket, ours and the obvious desk's."""
    with (
        workplace(templates, "sqlite") as (places, folder),
        tempfile.TemporaryDirectory() as other,
        desk.running(places, folder) as ours,
        serving("tests.bench.obvious", str(Path(other) / "desk.db")) as (_, port),
    ):
        costs = []
        for place in range(rounds):
            sent = folder / f"round-{place}"
            write_folder(sent, _mails(size, size.mails, sign=f"{place}"))
            report = _send(ours.port, sent, size)
            milliseconds = (ours.await_filed() - report["began"]) / size.mails * 1e3
            ours.await_sent()
            theirs = _send(port, sent, size)["seconds"] / size.mails * 1e3
            costs.append((milliseconds, theirs))
        return costs


def _send(port: int, folder: Path, size: Size) -> dict[str, Any]:
    return send(port, folder=folder, mails=size.mails, connections=CONNECTIONS)


def _mails(size: Size, count: int, *, sign: str) -> list[Made]:
    chance = random.Random(sign)  # noqa: S311 # nothing is kept secret by it
    return [
        _mail(n, f"<{sign}.{n}@partner.example>", chance.randbytes(size.file_bytes))
        for n in range(count)
    ]


def _mail(sender: int, own_id: str, file: bytes) -> Made:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = address(sender % 100), SUPPORT
    mail["Subject"], mail["Message-ID"] = f"Не печатает принтер {own_id}", own_id
    mail.set_content(TEXT)
    if file:
        mail.add_attachment(
            file, maintype="application", subtype="pdf", filename="report.pdf"
        )
    return Made(sender=sender, message_id=own_id, content=mail.as_bytes())
