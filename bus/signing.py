"""Signatures by which a receiver knows that an event is ours: Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes (Standard Webhooks, Signature scheme)


def read_secret(text: str) -> bytes:
    """Return the key in ``whsec_…``; the ValueError shows none of it."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):  # no base64, or not even ASCII
        key = b""
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(
            f"must be {_PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} bytes"
        )
    return key


def signed(name: str, body: bytes, *, at: int, keys: Iterable[bytes]) -> dict[str, str]:
    """Return the headers of a body, signed with each of the keys.

    ``name`` is the same for every repeat, ``at`` are the seconds since 1970 of this
    one. Without keys they say the same, unsigned.
    """
    content = b"%s.%d.%s" % (name.encode(), at, body)
    made = {"webhook-id": name, "webhook-timestamp": str(at)}
    signatures = " ".join(f"v1,{_sign(content, key)}" for key in keys)
    return {**made, "webhook-signature": signatures} if signatures else made


def _sign(content: bytes, key: bytes) -> str:
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
