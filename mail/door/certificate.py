"""The door's certificate, read again when its files change."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

UNFIT = "must be a certificate in PEM and its own key without a password"
#: What tells one state of a file from another: its inode, time and size.
Stamp = tuple[int, int, int]


@dataclass(kw_only=True, eq=False)
class Certificate:
    """Gives the context for the next handshake; OSError if it cannot be read at first.

    The key must be without a password, for nobody is there to type it.

    Certificates are renewed every few weeks, by programs that know nothing of us.
    While the new files do not fit each other, the former ones count.
    """

    cert: Path
    key: Path | None
    problem: str | None = field(default=None, init=False)  # with the newest files

    def __post_init__(self) -> None:
        self._stamps = self._look()
        self._context = self._load()
        self._read = self._stamps  # of the files that are in use

    def context(self) -> ssl.SSLContext:
        try:
            stamps = self._look()
            if stamps != self._stamps:
                self._stamps = stamps
                self._context = self._load()
                self._read = stamps
                log.info("smtp.certificate_read", path=str(self.cert))
            if stamps == self._read:  # they may be back after they were away
                self.problem = None
        except OSError as error:
            self._complain(error.strerror or str(error))
        return self._context

    def _complain(self, problem: str) -> None:
        if problem != self.problem:
            path = str(self.cert)
            log.warning("smtp.certificate_not_read", path=path, reason=problem)
        self.problem = problem

    def _look(self) -> tuple[Stamp, ...]:
        found = (path.stat() for path in (self.cert, self.key) if path is not None)
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Without a password OpenSSL would ask for it on the terminal, and wait.
        try:
            context.load_cert_chain(self.cert, self.key, password="")
        except ssl.SSLError as error:
            raise OSError(error.errno, f"{UNFIT} ({error.reason})") from error
        return context
