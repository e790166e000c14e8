"""The doors for mail."""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from app.config import Config
from app.intake import Intake, MailKeeper
from app.parts.kit import Kit, now
from app.places import places_of
from app.starting import asking_for
from mail.room import Limits
from mail.smtp import Door
from tickets.words import Channel

#: How much of the disk must stay free for the door to take mail, in bytes.
DISK_RESERVE = 200 * 1024 * 1024


def make_doors(kit: Kit, intake: Intake) -> dict[str, Door]:
    """Return the doors for mail by their names; they have room while the disk has."""
    smtp = kit.config.mail.smtp
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
        accepts=kit.rules.is_own,
        clock=now,
        hostname=socket.getfqdn(),
        limits=Limits(
            max_size=smtp.max_size,
            max_connections=smtp.max_connections,
            max_in_flight_bytes=smtp.max_in_flight_bytes,
        ),
        has_room=partial(_has_room, _folders(kit.config)),
        tls=_tls(smtp.tls_cert, smtp.tls_key),
        lmtp=channel is Channel.LMTP,
        beside=beside,
    )


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


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with asking_for("mail.smtp.tls_cert", cert):
        context.load_cert_chain(cert, key)
    return context
