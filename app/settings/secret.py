"""The key that signs reply addresses and links: configured, or made once."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings.tables import Service

FILE = "secret"
KEY_BYTES = 32


def load_keys(service: Service) -> tuple[bytes, ...]:
    """Return the configured keys, else those of data_dir/secret, made if need be.

    The file holds one key a line; the first signs and the former ones below it
    are still accepted.
    """
    if not service.secret and not (service.data_dir / FILE).exists():
        _make(service.data_dir / FILE)
    return known_keys(service)


def known_keys(service: Service) -> tuple[bytes, ...]:
    """Return the keys there are, without making one."""
    if service.secret:
        return tuple(key.get_secret_value().encode() for key in service.secret)
    path = service.data_dir / FILE
    if not path.exists():
        return ()
    return tuple(line.encode() for line in path.read_text(encoding="ascii").split())


def _make(path: Path) -> None:
    """Write a new key whole or not at all; another process's comes first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        scratch.unlink()
