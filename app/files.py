"""What signed addresses lead to, out of the records."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.http import LockedError, Served
from app.links import BadLinkError, SignedLinks
from storage import contents
from storage.locked import is_locked
from storage.store import Store
from storage.transaction import Transaction
from storage.views import text_of

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFiles:
    """app.http.Files over the store."""

    links: SignedLinks
    store: Store

    async def fetch(self, token: str) -> Served | None:
        try:
            kind, name = self.links.read(token)
            return await asyncio.to_thread(self._load, kind, name)
        except (BadLinkError, LookupError, FileNotFoundError):
            return None

    def _load(self, kind: str, name: str) -> Served:
        match kind:
            case "blob":
                content = self.store.read(lambda tx: _load(tx, name))
                return Served(content=content, media_type=BYTES)
            case "text":
                text = self.store.read(lambda tx: text_of(tx, name))
                return Served(content=text.encode(), media_type=TEXT)
            case _:
                raise LookupError(f"nothing is kept of kind {kind!r}")


def _load(tx: Transaction, sha256: str) -> bytes:
    if is_locked(tx, sha256):
        raise LockedError
    return contents.load(tx, sha256)
