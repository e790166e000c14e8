"""A mailbox is read until stopped, whatever happens: keep, then mark, then wait."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import structlog

from mail.imap.errors import ImapError, LoginError, LostError, RefusedError
from mail.imap.fetching import GROUP_BYTES, Fetching
from mail.imap.mailbox import Fetched, Keeper, Mailbox, Position
from mail.imap.pace import Pace
from mail.imap.session import Session

log = structlog.get_logger()
#: So many mails are marked by one command.
MARKED = 500


@dataclass(kw_only=True, slots=True)
class Status:
    """How the reading stands; ``error`` is None while it goes well."""

    error: str | None = "not connected yet"
    note: str = ""  # what an operator should know though mail is read
    is_held: bool = False  # until what was taken has been worked
    failures: int = 0
    taken: int = 0
    left: int = 0  # of these, mails that stay in the mailbox unread


@dataclass(kw_only=True)
class Reader:
    """``run`` blocks and belongs in a thread of its own; ``stop`` may come from any."""

    mailbox: Mailbox
    keeper: Keeper
    pace: Pace = field(default_factory=Pace)
    chance: Callable[[], float] = random.random
    status: Status = field(default_factory=Status)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _session: Session | None = None

    def __post_init__(self) -> None:
        self._fetching = Fetching(max_size=self.mailbox.max_size)

    def stop(self) -> None:
        """Let ``run`` return soon; what is being committed is committed."""
        self._stopping.set()
        if self._session is not None:
            self._session.cut()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
            except LoginError as error:
                pause = self._failed(str(error), self.pace.after_login)
            except ImapError as error:
                pause = self._failed(str(error), self.pace.after)
            except Exception as error:  # noqa: BLE001 # whatever it was, it is told and tried again
                pause = self._failed(f"cannot keep mail: {error!r}", self.pace.after)
            else:
                continue
            self._stopping.wait(pause)

    def _read(self) -> None:
        with self._connected() as session:
            position = self._begin(session)
            while not self._stopping.is_set():
                position = self._catch_up(session, position)
                self._well()
                if session.tells:
                    session.idle(self.pace.idle)
                else:
                    self._stopping.wait(self.pace.poll)
                    session.noop()

    @contextmanager
    def _connected(self) -> Iterator[Session]:
        session = self._session = Session(mailbox=self.mailbox)
        try:
            if self._stopping.is_set():  # before there was something to cut
                raise LostError("stopped")
            yield session.open()
        finally:
            self._session = None
            session.close()

    def _begin(self, session: Session) -> Position:
        """Return where to go on: where we were, if it is still the same mailbox."""
        fresh = Position(place=self.mailbox.place, uidvalidity=session.uidvalidity)
        known = self.keeper.position()
        if known is None:
            return fresh
        if known.place != fresh.place:
            reason = f"it was {known.place}"
        elif known.uidvalidity != fresh.uidvalidity:
            reason = f"UIDVALIDITY was {known.uidvalidity}"
        elif session.uidnext is not None and session.uidnext <= known.uid:
            reason = f"UID {known.uid} was read and is yet to come"
        else:
            return known
        return self._start_over(known, fresh, reason)

    def _start_over(self, known: Position, fresh: Position, reason: str) -> Position:
        """Read everything again: the rules know the copies of what they had."""
        log.warning("imap_started_over", mailbox=self.mailbox.name, reason=reason)
        is_new = fresh.place == known.place and fresh.uidvalidity > known.uidvalidity
        return replace(fresh, era=known.era + (0 if is_new else 1))

    def _catch_up(self, session: Session, position: Position) -> Position:
        """Keep and mark all mails that are new, oldest first."""
        before = position
        for group in self._fetching.groups(session, position.uid):
            self._let_others_catch_up()
            if self._stopping.is_set():
                return position
            with self._turn(group):
                mails = self._fetching.fetch(session, group)
                position = before = self._keep(mails, position, upto=max(group))
            position = self._mark(session, position)
        position = self._mark(session, position)
        if position != before:
            self.keeper.settle(position)
        return position

    def _let_others_catch_up(self) -> None:
        """Wait, for a first reading may find more mails than the disk has room for."""
        while not self._stopping.is_set() and self.keeper.is_behind():
            self.status.is_held = True
            self._well()
            self._stopping.wait(self.pace.breath)
        self.status.is_held = False

    @contextmanager
    def _turn(self, group: dict[int, int]) -> Iterator[None]:
        """Wait until there is room in memory, if it is a large mail."""
        if sum(group.values()) <= GROUP_BYTES:
            yield
            return
        while not self._fetching.large.acquire(timeout=0.5):
            if self._stopping.is_set():
                raise LostError("stopped")
        try:
            yield
        finally:
            self._fetching.large.release()

    def _keep(
        self, mails: Sequence[Fetched], position: Position, *, upto: int
    ) -> Position:
        left = [mail.uid for mail in mails if mail.problem]
        position = position.kept(upto, left)
        if mails:
            self.keeper.keep(mails, position)
        self.status.taken += len(mails)
        self.status.left += len(left)
        self._well()
        for mail in mails:
            if mail.problem:
                name = self.mailbox.name
                log.warning(
                    "imap_left", mailbox=name, uid=mail.uid, reason=mail.problem
                )
        return position

    def _mark(self, session: Session, position: Position) -> Position:
        """Mark what is kept and not marked yet, also by the process before us."""
        done = self.mailbox.done
        if position.done == position.uid:
            return position
        if not done.changes:
            return position.marked()
        if session.read_only:
            self.status.note = "the folder is read-only: mails are not marked"
            return position
        unmarked = "UNSEEN" if done.seen else "UNDELETED"
        try:
            found = session.uids_among(position.done + 1, position.uid, unmarked)
            uids = [uid for uid in found if uid not in position.left]
            for start in range(0, len(uids), MARKED):
                session.mark(uids[start : start + MARKED])
        except RefusedError as error:
            self.status.note = str(error)
            return position
        self.status.note = ""
        return position.marked()

    def _well(self) -> None:
        if self.status.error and self.status.failures:
            log.info("imap_recovered", mailbox=self.mailbox.name)
        self.status.error = None
        self.status.failures = 0

    def _failed(
        self, error: str, pause: Callable[[int, Callable[[], float]], float]
    ) -> float:
        """Note the trouble; return how long to wait."""
        if self._stopping.is_set():
            return 0.0
        if error != self.status.error:
            log.warning("imap_failed", mailbox=self.mailbox.name, error=error)
        self.status.error = error
        self.status.failures += 1
        return pause(self.status.failures, self.chance)
