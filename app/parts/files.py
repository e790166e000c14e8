"""What looks into files before they are passed on, within limits and by a scanner."""

from __future__ import annotations

import asyncio
import time

import structlog

from app.config import Config
from app.examining import Examining
from app.parts.kit import Kit
from app.reading import Manner
from app.scanning import Scanning
from mail.files.allowance import Bounds
from mail.files.clamd import Clamd, read_place
from mail.files.scanner import Scanner
from mail.reading.limits import Limits
from storage.errors import StorageError

log = structlog.get_logger()


def make_examining(config: Config) -> Examining:
    """Return what reads arrivals and looks into their files."""
    files = config.attachments
    limits = Limits(
        depth=files.max_depth,
        files=files.max_count,
        file_bytes=files.max_size,
        files_bytes=files.max_total,
    )
    return Examining(
        manner=Manner(limits=limits, border=frozenset(config.mail.authserv_ids)),
        bounds=Bounds(
            unpacked=files.max_unpacked,
            ratio=files.max_ratio,
            members=files.max_members,
            nesting=files.max_nesting,
        ),
    )


def clamd_of(config: Config) -> Clamd | None:
    """Return the scanner that the configuration names, if it names one."""
    scan = config.scan
    if scan.url is None:
        return None
    return Clamd(place=read_place(scan.url), timeout=scan.timeout.total_seconds())


def make_scanner(kit: Kit) -> Scanner | None:
    """Return this process's scanner, if there is to be one."""
    clamd = clamd_of(kit.config)
    if clamd is None:
        return None

    async def tell(reason: str) -> bool:
        try:
            job = kit.store.submit(lambda tx: kit.alarms.scanner_away(tx, reason))
            await asyncio.wrap_future(job)
        except StorageError as error:
            log.warning("records_unavailable", error=str(error))
            return False
        return True

    return Scanner(
        clamd=clamd,
        ticks=time.monotonic,
        tell=tell,
        concurrency=kit.config.scan.concurrency,
    )


def make_scanning(config: Config, scanner: Scanner | None) -> Scanning | None:
    """Return what arrivals with files must pass, if anything."""
    if scanner is None:
        return None
    return Scanning(scanner=scanner, max_size=config.scan.max_size)
