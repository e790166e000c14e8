"""What signed addresses lead to, out of the records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.http import Expired, LockedError, Served
from app.links import BadLinkError, SignedLinks
from storage import attachments, contents
from storage.locked import is_locked
from storage.store import Store
from storage.transaction import Transaction
from storage.views import text_of
from tickets.model import Attachment

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
#: The page that an expired link leads to, by language.
Page = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFiles:
    """app.http.Files over the store."""

    links: SignedLinks
    store: Store
    now: Callable[[], datetime]
    gone: Page

    async def fetch(self, token: str) -> Served | Expired | None:
        try:
            kind, name = self.links.read(token)
            return await asyncio.to_thread(self._load, kind, name)
        except (BadLinkError, LookupError, FileNotFoundError):
            return None

    def _load(self, kind: str, name: str) -> Served | Expired:
        match kind:
            case "blob":
                content = self.store.read(lambda tx: _load(tx, name))
                return Served(content=content, media_type=BYTES)
            case "text":
                text = self.store.read(lambda tx: text_of(tx, name))
                return Served(content=text.encode(), media_type=TEXT)
            case "mail":
                return self._attachment(name)
            case _:
                raise LookupError(f"nothing is kept of kind {kind!r}")

    def _attachment(self, said: str) -> Served | Expired:
        """Return what a mail linked to, while its time is not over."""
        number, until, language = said.split(":")
        if self.now().timestamp() > int(until):
            return Expired(page=self.gone(language))
        file, content = self.store.read(lambda tx: _load_sent(tx, int(number)))
        return Served(content=content, media_type=BYTES, name=file.name)


def _load_sent(tx: Transaction, attachment: int) -> tuple[Attachment, bytes]:
    file = attachments.sent(tx, attachment)
    return file, _load(tx, file.sha256 or "")


def _load(tx: Transaction, sha256: str) -> bytes:
    if is_locked(tx, sha256):
        raise LockedError
    return contents.load(tx, sha256)
