"""One call of the Bot API, in a form that a database can hold until it is made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from tickets.letter import File
from tickets.model import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRef:
    """Which file a call uploads; its bytes are handed to the sender beside it."""

    name: str
    sha256: str

    @classmethod
    def of(cls, file: File) -> FileRef:
        return cls(name=file.name, sha256=hashlib.sha256(file.content).hexdigest())


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A method with its parameters; ``file`` goes as the parameter ``document``."""

    method: str
    params: Json
    file: FileRef | None = None


def encode(call: Call) -> bytes:
    """Return the call as JSON, the same bytes for the same call."""
    return json.dumps(asdict(call), sort_keys=True, separators=(",", ":")).encode()


def decode(payload: bytes) -> Call:
    """Return the call that ``encode`` wrote."""
    said = json.loads(payload)
    file = FileRef(**said["file"]) if said["file"] else None
    return Call(method=said["method"], params=said["params"], file=file)
