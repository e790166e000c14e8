"""Signed addresses of files and long texts, for the bus and for letters."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

_MAC_BYTES = 16


class BadLinkError(Exception):
    """The token was not made here, or not for anything that there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedLinks:
    """Makes and reads ``/files/<token>``; the first key signs, all are accepted."""

    base_url: str
    keys: tuple[bytes, ...]

    def file(self, sha256: str) -> str:
        return self._url(f"blob:{sha256}")

    def text(self, comment_public_id: str) -> str:
        return self._url(f"text:{comment_public_id}")

    def attachment(self, file: int, *, until: datetime, language: str) -> str:
        """Return an address for a partner that leads there until then."""
        return self._url(f"mail:{file}:{int(until.timestamp())}:{language}")

    def read(self, token: str) -> tuple[str, str]:
        """Return what a token names: ``blob``, ``text`` or ``mail``, and which.

        BadLinkError if it is not signed by us.
        """
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise BadLinkError from error
        mac, said = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not any(hmac.compare_digest(mac, _mac(key, said)) for key in self.keys):
            raise BadLinkError
        kind, _, name = said.decode().partition(":")
        return kind, name

    def _url(self, said: str) -> str:
        raw = _mac(self.keys[0], said.encode()) + said.encode()
        token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        return f"{self.base_url}/files/{token}"


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"link\n" + said, hashlib.sha256).digest()[:_MAC_BYTES]
