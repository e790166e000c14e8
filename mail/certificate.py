"""The door's certificate, read again when its files change."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

#: What tells one state of a file from another: its inode, time and size.
Stamp = tuple[int, int, int]


@dataclass(kw_only=True, eq=False)
class Certificate:
    """Gives the context for the next handshake; OSError if it cannot be read at first.

    Certificates are renewed every few weeks, by programs that know nothing of us.
    While the new files do not fit each other, the former ones count.
    """

    cert: Path
    key: Path | None
    problem: str | None = field(default=None, init=False)  # with the newest files

    def __post_init__(self) -> None:
        self._stamps = self._look()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        try:
            stamps = self._look()
            if stamps != self._stamps:
                self._stamps = stamps
                self._context = self._load()
                self.problem = None
                log.info("smtp.certificate_read", path=str(self.cert))
        except OSError as error:  # ssl.SSLError is one
            self._complain(str(error))
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
        context.load_cert_chain(self.cert, self.key)
        return context
