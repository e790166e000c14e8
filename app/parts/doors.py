"""The doors for mail."""

from __future__ import annotations

import resource
import shutil
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog

from app.config import Config
from app.intake import Intake, MailKeeper
from app.parts.kit import Kit, now
from app.places import places_of
from app.settings.mail import Smtp
from app.starting import asking_for
from mail.door.bounds import Limits
from mail.door.certificate import Certificate
from mail.door.smtp import Door
from tickets.words import Channel

log = structlog.get_logger()

#: How much of the disk must stay free for the door to take mail, in bytes.
DISK_RESERVE = 200 * 1024 * 1024
#: Files that the process opens beside the connections to its doors.
SPARE_FILES = 512


def make_doors(kit: Kit, intake: Intake) -> dict[str, Door]:
    """Return the doors for mail by their names; they have room while the disk has."""
    smtp = kit.config.mail.smtp
    _open_files(smtp.max_connections)
    first = Channel.LMTP if smtp.lmtp else Channel.SMTP
    doors = {str(first): _make_door(kit, intake, first)}
    if smtp.lmtp_port is not None:
        beside = doors[str(first)]
        second = _make_door(kit, intake, Channel.LMTP, beside=beside)
        doors[str(Channel.LMTP)] = second
    return doors


def _make_door(
    kit: Kit, intake: Intake, channel: Channel, *, beside: Door | None = None
) -> Door:
    smtp = kit.config.mail.smtp
    return Door(
        keeper=MailKeeper(intake=intake, channel=channel),
        accepts=kit.rules.takes,
        clock=now,
        hostname=socket.getfqdn(),
        limits=_limits(smtp),
        has_room=partial(_has_room, _folders(kit.config)),
        tls=_certificate(smtp),
        lmtp=channel is Channel.LMTP,
        beside=beside,
    )


def _limits(smtp: Smtp) -> Limits:
    return Limits(
        max_size=smtp.max_size,
        max_connections=smtp.max_connections,
        max_per_address=smtp.max_per_address,
        max_per_network=smtp.max_per_network,
        max_in_flight_bytes=smtp.max_in_flight_bytes,
        connections_a_minute=smtp.connections_a_minute,
        mails_a_minute=smtp.mails_a_minute,
        trusted=smtp.trusted,
        greeting_delay=smtp.greeting_delay,
        tls_required=smtp.tls_required,
    )


def _open_files(connections: int) -> None:
    """Let the process have a file for each connection, if the system does.

    Many systems begin with 1024, whatever a process may ask for.
    """
    wanted = connections + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    allowed = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("smtp.few_files", allowed=allowed, wanted=wanted)


def _folders(config: Config) -> tuple[Path, ...]:
    """Return where the records grow on this machine."""
    places = places_of(config)
    folders = [config.service.data_dir, places.blobs]
    if places.is_sqlite and places.url.database:
        folders.append(Path(places.url.database).parent)
    return tuple(folders)


def _has_room(folders: Sequence[Path]) -> bool:
    return all(_free(folder) > DISK_RESERVE for folder in folders)


def _free(folder: Path) -> int:
    """Return the free bytes of the disk that a folder is on, or would be made on."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _certificate(smtp: Smtp) -> Certificate | None:
    if smtp.tls_cert is None:
        return None
    with asking_for("mail.smtp.tls_cert", smtp.tls_cert):
        return Certificate(cert=smtp.tls_cert, key=smtp.tls_key)
