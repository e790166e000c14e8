"""Signed reply addresses: ``support+nn-1024.<token>@example.org``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

_MAC_BYTES = 10
_TOKEN_LENGTH = 18  # the key's id and the MAC, eleven bytes, in base32
_SAID = (
    r"(?P<number>[a-z]{1,8}-[0-9]{1,12})"
    rf"\.(?P<token>[a-z2-7]{{{_TOKEN_LENGTH}}})"
)
#: As any style may have made it: the operator may have changed the style since.
_ANYWHERE = re.compile(rf"(?<![a-z0-9]){_SAID}(?![a-z0-9])", re.ASCII)
LOCAL_PART_LIMIT = 64  # RFC 5321, 4.5.3.1.1


@lru_cache
def _pattern(address: str) -> re.Pattern[str]:
    """Return what finds number and token in an address with a NUL in their place."""
    before, _, after = address.partition("\0")
    return re.compile(re.escape(before) + _SAID + re.escape(after))


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
        made = self._made(f"{number.lower()}.{self.token(number, recipient)}")
        if len(made.rpartition("@")[0]) > LOCAL_PART_LIMIT:
            return None
        return made

    def read(self, address: str) -> ReplyAddress | None:
        """Find ticket number and token in an address that looks like one of ours."""
        wanted = address.lower()
        found = self._by_style(wanted) or _ANYWHERE.search(wanted.rpartition("@")[0])
        if found is None:
            return None
        return ReplyAddress(found["number"].upper(), found["token"])

    def _by_style(self, address: str) -> re.Match[str] | None:
        if self.style == "off":
            return None
        return _pattern(self._made("\0").lower()).fullmatch(address)

    def _made(self, token: str) -> str:
        local, _, domain = self.address.rpartition("@")
        style = "{local}+{token}@{domain}" if self.style == "plus" else self.style
        return style.format(local=local, token=token, domain=domain)

    @staticmethod
    def _token(key: bytes, number: str, recipient: str) -> str:
        said = f"{number.upper()}\n{recipient.lower()}".encode()
        mac = hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
        key_id = hashlib.sha256(key).digest()[:1]
        return base64.b32encode(key_id + mac).decode().rstrip("=").lower()
