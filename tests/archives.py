"""Archives for tests, good ones and bad ones, made in memory."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping

MIB = 1024 * 1024


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w", form: int = 1) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode, format=form) as archive:  # type: ignore[call-overload] # any mode
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def locked(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP that says it is encrypted, in both of its places."""
    made = bytearray(zipped(files))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + place] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def lying(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP whose directory says that every file has one byte."""
    made = bytearray(zipped(files))
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 24 : at + 28] = (1).to_bytes(4, "little")
        at = made.find(b"PK\x01\x02", at + 4)
    return bytes(made)


def nested(depth: int) -> bytes:
    made = zipped({"a.txt": b"x"})
    for _ in range(depth - 1):
        made = zipped({"a.zip": made})
    return made
