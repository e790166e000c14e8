"""Our signature on our mails: DKIM (RFC 6376), relaxed and over the whole body."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

#: Signed once more than they are there: nobody can add another (RFC 6376, 8.15).
_SEALED = (b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to")
_SIGNED = frozenset(
    {
        *_SEALED,
        b"in-reply-to",
        b"references",
        b"auto-submitted",
        b"x-zayavka-ticket",
        b"list-unsubscribe",
        b"list-unsubscribe-post",
        b"mime-version",
        b"content-type",
        b"content-transfer-encoding",
    }
)
_BLANKS = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_WIDTH = 72
#: So many octets may be in one string of DNS (RFC 1035, 3.3).
_STRING = 255
#: Verifiers refuse shorter ones (RFC 8301, 3.2).
_SHORTEST = 1024


def read_key(pem: str) -> RSAPrivateKey:
    """Read a private key without a password; ValueError shows nothing of it."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):  # TypeError: it wants a password
        raise ValueError("must be a private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST:
        raise ValueError(f"must be an RSA key of {_SHORTEST} bits or more")
    return key


@dataclass(frozen=True, kw_only=True, slots=True)
class Dkim:
    """What signs for a domain; the public key stands in DNS under the selector."""

    domain: str
    selector: str
    key: RSAPrivateKey = field(repr=False)

    @property
    def record(self) -> tuple[str, str]:
        """Return the name and the text of the TXT record to publish.

        The text is quoted in strings of what one may hold (RFC 6376, 3.6.2.2).
        """
        form = PublicFormat.SubjectPublicKeyInfo
        shown = b64encode(self.key.public_key().public_bytes(Encoding.DER, form))
        name = f"{self.selector}._domainkey.{self.domain}"
        text = f"v=DKIM1; k=rsa; p={shown.decode('ascii')}"
        pieces = [text[at : at + _STRING] for at in range(0, len(text), _STRING)]
        return name, " ".join(f'"{piece}"' for piece in pieces)

    def sign(self, mail: bytes, at: datetime) -> bytes:
        """Return a mail, whose lines end with CR LF, below its signature."""
        head, _, body = mail.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name, _ in fields]
        said = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; t={int(at.timestamp())};\r\n"
            f" h={_folded(b':'.join([*names, *_SEALED]).decode(), ':')};\r\n"
            f" bh={_hash(body)};\r\n b="
        ).encode("ascii")
        # From below upwards: so several of a name are told apart (RFC 6376, 5.4.2).
        signed = [b"%s:%s\r\n" % field for field in fields]
        own = b"dkim-signature:" + _relaxed(said)
        mark = self._mark(b"".join(signed) + own)
        pieces = [mark[at : at + _WIDTH] for at in range(0, len(mark), _WIDTH)]
        sealed = "\r\n ".join(pieces).encode("ascii")
        return b"DKIM-Signature: %s%s\r\n%s" % (said, sealed, mail)

    def _mark(self, said: bytes) -> str:
        return b64encode(self.key.sign(said, PKCS1v15(), SHA256())).decode("ascii")


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return the fields that are signed, the last first, relaxed."""
    lines = _FOLD.sub(b"", head).split(b"\r\n")
    split = (line.partition(b":") for line in reversed(lines))
    named = ((name.strip().lower(), value) for name, _, value in split)
    return [(name, _relaxed(value)) for name, value in named if name in _SIGNED]


def _relaxed(value: bytes) -> bytes:
    """Return a field's value as RFC 6376, 3.4.2 compares it."""
    return _BLANKS.sub(b" ", _FOLD.sub(b"", value)).strip(b" ")


def _hash(body: bytes) -> str:
    """Return the hash of a body as RFC 6376, 3.4.4 compares it."""
    bare = _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n")
    while bare.endswith(b"\r\n\r\n"):
        bare = bare[:-2]
    return b64encode(sha256(b"" if bare == b"\r\n" else bare).digest()).decode("ascii")


def _folded(text: str, mark: str) -> str:
    """Break a list after its marks, in lines of the width."""
    lines, line = [], ""
    for one in text.split(mark):
        if len(line) + len(one) > _WIDTH - 6:
            lines.append(line)
            line = ""
        line += f"{one}{mark}"
    return "\r\n ".join([*lines, line]).rstrip(mark)
