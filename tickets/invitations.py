"""Links that bind a Telegram account to a contact: ``t.me/bot?start=<token>``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tickets.model import ContactId

#: How long a link may be used after the mail with it was queued.
LIFE = timedelta(days=14)
_SAID = struct.Struct(">QI")  # the contact, and the second in which the link ends
_MAC_BYTES = 16
_LENGTH = 38  # in base64; Telegram takes 64 (Bot API, deep linking)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """What a genuine link says."""

    contact_id: ContactId
    expires_at: datetime


def invite(key: bytes, invitation: Invitation) -> str:
    """Return the token of A-Z, a-z, 0-9, - and _; the same for the same invitation."""
    end = int(invitation.expires_at.timestamp())
    said = _SAID.pack(invitation.contact_id, end)
    return base64.urlsafe_b64encode(said + _mac(key, said)).decode().rstrip("=")


def read_invitation(keys: tuple[bytes, ...], token: str) -> Invitation | None:
    """Return what a token says, None if it is not signed by one of the keys."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(f"{token}==", altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, mac = raw[: _SAID.size], raw[_SAID.size :]
    # Of several spellings of the same bytes only ours is the one that gets spent.
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        return None
    if not any(hmac.compare_digest(mac, _mac(key, said)) for key in keys):
        return None
    contact, end = _SAID.unpack(said)
    return Invitation(
        contact_id=ContactId(contact), expires_at=datetime.fromtimestamp(end, UTC)
    )


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"invitation\n" + said, hashlib.sha256).digest()[:_MAC_BYTES]
