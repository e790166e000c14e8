"""Parts that are signed or encrypted: what can be read of them is put in the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.parcels import cms
from mail.reading import transfer
from mail.reading.limits import Limits
from mail.reading.mime import Part, Splitter
from tickets.letter import Sealed

_CMS_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CMS_NAME = re.compile(r"smime(?:\.p7m)?", re.IGNORECASE)  # RFC 8551, 3.2.1
_ANY_TYPE = "application/octet-stream"
_PGP = "application/pgp-encrypted"
# Signed before and after encrypting is as deep as RFC 2634 goes.
_DEPTH, _OPENED = 3, 5
_HEADER = re.compile(
    rb"\s*(?:[!-9;-~]{1,100}:[^\n]*\n(?>(?:[ \t][^\n]*\n)*)){0,50}?content-",
    re.IGNORECASE,
)
_LOOKED_AT = 8192


def open_parts(root: Part, limits: Limits, defects: list[str]) -> Sealed | None:
    """Hang what is signed opaquely (RFC 8551, 3.5) below its part, which stays a file.

    Returns how the mail, or a part of it, is encrypted; None if all can be read.
    """
    opener = _Opener(limits=limits, defects=defects)
    opener.look_at(root, depth=0)
    return opener.sealed


@dataclass(slots=True)
class _Opener:
    limits: Limits
    defects: list[str]
    sealed: Sealed | None = None
    opened: int = 0

    def look_at(self, part: Part, *, depth: int) -> None:
        if part.media_type in {_PGP, "multipart/encrypted"}:
            self.sealed = self.sealed or Sealed.PGP
        for child in part.children:
            self.look_at(child, depth=depth)
        if _is_cms(part):
            self._open(part, depth)

    def _open(self, part: Part, depth: int) -> None:
        if depth >= _DEPTH or self.opened >= _OPENED:
            self.defects.append("more signed parts in signed parts than are opened")
            return
        self.opened += 1
        message = cms.read(transfer.undo(part.encoding, part.body)[0])
        if message is None:
            if part.type_params.get("smime-type", "").endswith("enveloped-data"):
                self.sealed = self.sealed or Sealed.SMIME
        elif message.kind in cms.ENCRYPTED:
            self.sealed = self.sealed or Sealed.SMIME
        elif message.content is not None and _HEADER.match(
            message.content[:_LOOKED_AT]
        ):
            splitter = Splitter(
                raw=message.content, limits=self.limits, defects=self.defects
            )
            inner = splitter.split()
            self.look_at(inner, depth=depth + 1)
            part.children = [inner]


def _is_cms(part: Part) -> bool:
    """Say whether a part is CMS as mail has it, not a document that was signed."""
    if part.media_type in _CMS_TYPES:
        return True
    return part.media_type == _ANY_TYPE and bool(_CMS_NAME.fullmatch(part.file_name))
