"""Links by which a person leaves a ticket: ``…/leave/<token>``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass

from tickets.model import ContactId, TicketId

_SAID = struct.Struct(">QQ")  # the contact, and the ticket
_MAC_BYTES = 16
_LENGTH = 43  # in base64


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveLink:
    """Who leaves which ticket, as a genuine link says."""

    contact_id: ContactId
    ticket_id: TicketId


def leave_token(key: bytes, link: LeaveLink) -> str:
    """Return the token of A-Z, a-z, 0-9, - and _; it never ends."""
    said = _SAID.pack(link.contact_id, link.ticket_id)
    return base64.urlsafe_b64encode(said + _mac(key, said)).decode().rstrip("=")


def read_leave_token(keys: tuple[bytes, ...], token: str) -> LeaveLink | None:
    """Return what a token says, None if it is not signed by one of the keys."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, mac = raw[: _SAID.size], raw[_SAID.size :]
    if not any(hmac.compare_digest(mac, _mac(key, said)) for key in keys):
        return None
    contact, ticket = _SAID.unpack(said)
    return LeaveLink(contact_id=ContactId(contact), ticket_id=TicketId(ticket))


def leave_url(base_url: str, key: bytes, link: LeaveLink) -> str:
    return f"{base_url}/leave/{leave_token(key, link)}"


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"leave\n" + said, hashlib.sha256).digest()[:_MAC_BYTES]
