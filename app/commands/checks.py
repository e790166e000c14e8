"""What ``check`` looks at before anybody relies on the service."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.commands.looking import now
from app.config import Config, validate_for_run
from app.keys import DIFFERS, fingerprints
from app.parts.files import clamd_of
from app.places import places_of
from app.settings.kinds import path_of
from app.settings.secret import known_keys
from app.signing import make_dkim
from mail.door.certificate import Certificate
from mail.files.clamd import ScannerError
from mail.files.scanner import PROBE
from storage import keyring, once, people
from storage.errors import StorageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def check_all(config: Config) -> list[Found]:
    """Look at everything; nothing is changed."""
    return [
        *check_settings(config),
        check_database(config),
        *check_secret(config),
        check_folder("data_dir", config.service.data_dir),
        check_folder("blobs", config.blobs.folder),
        *check_relay(config),
        *check_certificate(config),
        *check_scanner(config),
        *check_dkim(config),
        *check_partners(config),
    ]


def check_settings(config: Config) -> Iterator[Found]:
    problems = validate_for_run(config, sandbox=False)
    yield Found(
        name="configuration", ok=not problems, detail=" ".join(problems) or "complete"
    )
    if config.telegram.enabled:
        for site in config.sites:
            if not site.telegram_chats:
                detail = f"{site.code} has no forum group: nobody sees its tickets"
                yield Found(name="telegram_chats", ok=True, detail=detail)


def check_database(config: Config) -> Found:
    try:
        current = once.is_current(places_of(config))
    except StorageError as error:
        return Found(name="database", ok=False, detail=str(error))
    detail = "the schema is current" if current else "run `zayavka db upgrade`"
    return Found(name="database", ok=current, detail=detail)


def check_secret(config: Config) -> Iterator[Found]:
    """Hold our secret against the one that the records know."""
    try:
        last = once.look(places_of(config), keyring.known, clock=now)
    except StorageError:
        return  # what is wrong with the database is told beside
    ours = fingerprints(known_keys(config.service))
    if last is None:
        yield Found(name="secret", ok=True, detail="the first start's is taken")
    elif last in ours:
        yield Found(name="secret", ok=True, detail="the one that the records know")
    else:
        yield Found(name="secret", ok=False, detail=DIFFERS)


def check_folder(name: str, folder: Path) -> Found:
    """Try to write into a folder, or into the one it will be made in."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        detail = f"{there} cannot be written: {error.strerror}"
        return Found(name=name, ok=False, detail=detail)
    return Found(name=name, ok=True, detail=str(folder))


def check_relay(config: Config) -> Iterator[Found]:
    """Look up the relay's host, or its Maildir."""
    if config.mail.relay is None:
        return
    url = config.mail.relay.get_secret_value()
    if url.startswith("maildir:"):
        yield check_folder("relay", path_of(url))
        return
    parts = urlsplit(url)
    try:
        socket.getaddrinfo(parts.hostname, parts.port)
    except OSError as error:
        detail = f"{parts.hostname} has no address: {error.strerror}"
        yield Found(name="relay", ok=False, detail=detail)
    else:
        yield Found(name="relay", ok=True, detail=f"{parts.hostname} has an address")


def check_certificate(config: Config) -> Iterator[Found]:
    """Read what the door for mail offers with STARTTLS, as ``run`` will."""
    smtp = config.mail.smtp
    if smtp.tls_cert is None:
        return
    try:
        Certificate(cert=smtp.tls_cert, key=smtp.tls_key)
    except OSError as error:
        detail = f"{smtp.tls_cert}: {error.strerror or error}"
        yield Found(name="tls_cert", ok=False, detail=detail)
    else:
        yield Found(name="tls_cert", ok=True, detail=str(smtp.tls_cert))


def check_scanner(config: Config) -> Iterator[Found]:
    """Let the scanner judge a few words."""
    clamd = clamd_of(config)
    if clamd is None:
        return
    try:
        asyncio.run(clamd.scan(PROBE))
    except ScannerError as error:
        detail = f"{clamd.place.name}: {error}"
        yield Found(name="scanner", ok=False, detail=detail)
    else:
        yield Found(name="scanner", ok=True, detail=f"{clamd.place.name} answers")


def check_dkim(config: Config) -> Iterator[Found]:
    """Say what must stand in DNS for the signatures on our mails."""
    dkim = make_dkim(config)
    if dkim is None:
        return
    own = config.mail.address.rpartition("@")[2].lower()
    name, text = dkim.record
    if f".{own}".endswith(f".{dkim.domain}"):
        yield Found(name="dkim", ok=True, detail=f"publish: {name}. TXT {text}")
    else:
        detail = f"signs for {dkim.domain}, and mail is from {own}: DMARC takes no heed"
        yield Found(name="dkim", ok=False, detail=detail)


def check_partners(config: Config) -> Iterator[Found]:
    """Look for the partners that digests and buses name: a misspelt one is nobody."""
    named = [
        *(
            ("digests", one)
            for each in config.digests
            for one in each.scope.organisations
        ),
        *(("bus", one) for each in config.bus for one in each.organisations),
    ]
    if not named:
        return
    try:
        known = once.look(places_of(config), people.list_organisations, clock=now)
    except StorageError as error:
        yield Found(name=named[0][0], ok=False, detail=str(error))
        return
    registered = {each["name"] for each in known}
    for name, one in sorted(set(named)):
        if one not in registered:
            detail = f"{one} is no organisation that is registered"
            yield Found(name=name, ok=False, detail=detail)
