"""Mails are fetched in order and in groups; one that cannot be is found and left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Semaphore

from mail.imap.errors import ImapError, RefusedError
from mail.imap.mailbox import MEBIBYTE, Fetched
from mail.imap.session import Session

#: A group shares a commit: so many mails, of so many bytes together.
GROUP = 50
GROUP_BYTES = MEBIBYTE
#: Sizes are asked for so many mails at once.
STRETCH = 500
#: So often a mail is tried before it is left in the mailbox.
TRIES = 6
#: So many large mails are in memory at once, of all mailboxes of a process.
LARGE = Semaphore(3)


@dataclass(kw_only=True, slots=True)
class Fetching:
    """Remembers over broken connections which mail broke them.

    Of a group that failed each mail is fetched alone, up to ``alone``.
    """

    max_size: int
    large: Semaphore = field(default_factory=lambda: LARGE)
    _suspect: int = 0
    _failures: int = 0
    _alone: int = 0

    def groups(self, session: Session, after: int) -> Iterator[dict[int, int]]:
        """Yield the sizes of the mails that came after a UID, by UID, in order."""
        uids = session.uids_after(after)
        for start in range(0, len(uids), STRETCH):
            sizes = session.sizes(uids[start : start + STRETCH])
            yield from self._grouped(dict(sorted(sizes.items())))

    def _grouped(self, sizes: dict[int, int]) -> Iterator[dict[int, int]]:
        most = min(GROUP_BYTES, self.max_size)
        group: dict[int, int] = {}
        for uid, size in sizes.items():
            full = len(group) == GROUP or sum(group.values()) + size > most
            if group and (full or uid <= self._alone):
                yield group
                group = {}
            group[uid] = size
        if group:
            yield group

    def fetch(self, session: Session, group: dict[int, int]) -> list[Fetched]:
        """Return the mails of a group that are still there; or fail, and remember."""
        first = next(iter(group))
        if len(group) == 1:
            if group[first] > self.max_size:
                return [self._too_large(session, first, group[first])]
            if first == self._suspect and self._failures >= TRIES:
                return [self._unreadable(session, first)]
        try:
            found = session.fetch(group)
            self._demand(session, group, found)
        except ImapError:
            self._failed(first, last=max(group))
            raise
        return [Fetched(uid=uid, raw=found[uid]) for uid in sorted(found)]

    def _demand(
        self, session: Session, group: dict[int, int], found: dict[int, bytes]
    ) -> None:
        """Make sure that what the server did not give is not there any more."""
        missing = sorted(group.keys() - found.keys())
        if not missing:
            return
        there = session.uids_among(missing[0], missing[-1])
        for uid in missing:
            if uid in there:
                raise RefusedError(f"cannot fetch: the server gives nothing of {uid}")

    def _failed(self, first: int, last: int) -> None:
        self._alone = max(self._alone, last)
        if first == self._suspect:
            self._failures += 1
        else:
            self._suspect, self._failures = first, 1

    def _too_large(self, session: Session, uid: int, size: int) -> Fetched:
        reason = f"has {size} bytes, more than mail.smtp.max_size = {self.max_size}"
        return Fetched(uid=uid, raw=session.headers(uid), problem=reason)

    def _unreadable(self, session: Session, uid: int) -> Fetched:
        raw = b""
        if self._failures == TRIES:  # the headers may break the connection, too
            self._failures += 1
            with suppress(RefusedError):
                raw = session.headers(uid)
        reason = f"could not be fetched in {TRIES} tries"
        return Fetched(uid=uid, raw=raw, problem=reason)
