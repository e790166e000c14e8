"""Signed reply addresses: ``support+nn-1024.<token>@example.org``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_LOCAL = re.compile(r"(?P<number>[a-z]+-[0-9]+)\.(?P<token>[a-z2-7]{8,32})", re.ASCII)
_MAC_BYTES = 10
LOCAL_PART_LIMIT = 64  # RFC 5321, 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """What a signed address says, before anyone has checked it."""

    number: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Makes and checks the tokens; the first key signs, all of them are accepted.

    ``style`` is ``plus``, ``off`` or a template with ``{local}``, ``{token}`` and
    ``{domain}``.
    """

    keys: tuple[bytes, ...]
    address: str
    style: str = "plus"

    def token(self, number: str, recipient: str) -> str:
        return self._token(self.keys[0], number, recipient)

    def proves(self, token: str, number: str, recipient: str) -> bool:
        """Say whether the token was made for this ticket and this recipient."""
        return any(
            hmac.compare_digest(token.lower(), self._token(key, number, recipient))
            for key in self.keys
        )

    def reply_address(self, number: str, recipient: str) -> str | None:
        """Return the address that an answer should go to, None if it is off."""
        if self.style == "off":
            return None
        local, _, domain = self.address.rpartition("@")
        token = f"{number.lower()}.{self.token(number, recipient)}"
        if self.style == "plus":
            made = f"{local}+{token}@{domain}"
        else:
            made = self.style.format(local=local, token=token, domain=domain)
        if len(made.rpartition("@")[0]) > LOCAL_PART_LIMIT:
            return None
        return made

    def read(self, address: str) -> ReplyAddress | None:
        """Find ticket number and token in an address that looks like one of ours."""
        found = _LOCAL.search(address.lower().rpartition("@")[0])
        if found is None:
            return None
        return ReplyAddress(found["number"].upper(), found["token"])

    @staticmethod
    def _token(key: bytes, number: str, recipient: str) -> str:
        said = f"{number.upper()}\n{recipient.lower()}".encode()
        mac = hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
        key_id = hashlib.sha256(key).digest()[:1]
        return base64.b32encode(key_id + mac).decode().rstrip("=").lower()
