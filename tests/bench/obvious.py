"""The desk that anybody would write first: aiosmtpd, email, and a commit a mail.

``python -m tests.bench.obvious DATABASE`` prints the door's port when it is up, and
stops when its standard input ends. It knows no threads, no people and no limits.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from email import message_from_bytes, policy  # noqa: TID251 - what ours is held against
from email.message import EmailMessage
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope

_TABLES = """
CREATE TABLE ticket (id INTEGER PRIMARY KEY, author TEXT, subject TEXT, text TEXT);
CREATE TABLE attachment (ticket_id INTEGER, name TEXT, media_type TEXT, content BLOB);
"""


class Read(NamedTuple):
    """What the standard library's own examples take from a mail."""

    heads: list[str]
    text: str
    files: list[tuple[str, str, object]]


def read(raw: bytes) -> Read:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    heads = [str(mail[name]) for name in ("From", "To", "Subject", "Message-ID")]
    body = mail.get_body(("plain", "html"))
    text = body.get_content() if isinstance(body, EmailMessage) else ""
    files = [
        (str(one.get_filename()), one.get_content_type(), one.get_content())
        for one in mail.iter_attachments()
    ]
    return Read(heads, text, files)


class Desk:
    """A handler for aiosmtpd: a mail is a ticket, committed before its 250."""

    def __init__(self, path: str) -> None:
        self._records = sqlite3.connect(path, isolation_level=None)
        self._records.execute("PRAGMA journal_mode = WAL")
        self._records.execute("PRAGMA synchronous = FULL")
        self._records.executescript(_TABLES)

    async def handle_DATA(
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = read(envelope.content)
        author, _, subject, _ = mail.heads
        run = self._records.execute
        run("BEGIN IMMEDIATE")
        row = run(
            "INSERT INTO ticket VALUES (NULL, ?, ?, ?)", (author, subject, mail.text)
        )
        for file in mail.files:
            run("INSERT INTO attachment VALUES (?, ?, ?, ?)", (row.lastrowid, *file))
        run("COMMIT")
        return "250 OK"


async def serve(path: str) -> None:
    loop = asyncio.get_running_loop()
    handler = Desk(path)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="bench.example", loop=loop), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
