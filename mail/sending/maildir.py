"""A relay that puts mails into a Maildir instead of sending them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from pathlib import Path

from tickets.sending import Answer, Later, Sent

#: Two changes of a folder less than this apart, in ns, may bear the same time.
CLOCK_STEP = 1_000_000_000


class MaildirRelay:
    """Writes each mail once, whatever happens between two attempts.

    The file's name is made from recipient and content, so that the same mail
    sent again after a crash finds itself. The envelope goes on top as
    ``X-Envelope-From`` and ``X-Envelope-To``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = _Names(path / "cur")

    async def send(self, sender: str, recipient: str, content: bytes) -> Answer:
        try:
            name = await asyncio.to_thread(self._put, sender, recipient, content)
        except OSError as error:
            return Later(f"{self._path}: {error.strerror or type(error).__name__}")
        return Sent(name)

    async def close(self) -> None:
        """Do nothing: no file stays open."""

    def _put(self, sender: str, recipient: str, content: bytes) -> str:
        make_maildir(self._path)
        name = name_of(recipient, content)
        new = self._path / "new"
        if not ((new / name).exists() or name in self._read):
            headers = envelope_headers(sender, recipient, content)
            write_durably(self._path / "tmp", new / name, headers + content)
        sync_folder(new)  # again for a file found: the crash may have come before it
        return name


class _Names:
    """The names in a folder where a reader puts mails, without the reader's flags.

    They are listed again when the folder has changed, not for every mail.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: tuple[int, frozenset[str]] = (0, frozenset())

    def __contains__(self, name: str) -> bool:
        changed = self._folder.stat().st_mtime_ns
        if self._listed[0] != changed:
            names = (one.name.partition(":")[0] for one in self._folder.iterdir())
            is_old = time.time_ns() - changed > CLOCK_STEP
            self._listed = (changed if is_old else 0, frozenset(names))
        return name in self._listed[1]


def make_maildir(path: Path) -> None:
    if (path / "new").is_dir():
        return
    for folder in ("tmp", "cur", "new"):  # the last says that all are there
        (path / folder).mkdir(parents=True, exist_ok=True)
    sync_folder(path)
    sync_folder(path.parent)


def name_of(recipient: str, content: bytes) -> str:
    digest = hashlib.sha256(recipient.encode(errors="surrogatepass") + b"\0" + content)
    return digest.hexdigest()


def envelope_headers(sender: str, recipient: str, content: bytes) -> bytes:
    end = "\r\n" if content.partition(b"\n")[0].endswith(b"\r") else "\n"
    values = {"X-Envelope-From": sender, "X-Envelope-To": recipient}
    lines = (f"{name}: <{_harmless(value)}>{end}" for name, value in values.items())
    return "".join(lines).encode()


def _harmless(value: str) -> str:
    return "".join(c if c.isprintable() and c not in "<>" else "?" for c in value)


def write_durably(tmp: Path, target: Path, content: bytes) -> None:
    """Write a file so that it is whole under its name, or not there at all."""
    written = tmp / f"{target.name}.{secrets.token_hex(4)}"
    try:
        with written.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.rename(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
