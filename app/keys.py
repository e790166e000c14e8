"""The secret that signs is the same in every process of a desk."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from app.config import ConfigError
from storage import keyring
from storage.transaction import Transaction

DIFFERS = (
    "service.secret: another one signs what these records send, and reply addresses "
    "and links would not be recognised. Every machine needs the same one; without "
    "service.secret each makes its own in service.data_dir/secret. Bring that file "
    "along, or give the other secret as a former one; if it is lost: "
    "zayavka db forget-secret"
)


def fingerprints(keys: Iterable[bytes]) -> list[str]:
    """Return what tells the keys apart and does not betray them."""
    return [hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest() for key in keys]


def demand_same(tx: Transaction, keys: tuple[bytes, ...]) -> None:
    """Let the first key sign from now on; ConfigError if it is a stranger's."""
    if not keyring.recognise(tx, fingerprints(keys)):
        raise ConfigError([DIFFERS])
