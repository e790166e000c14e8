"""One connection to a mailbox: logged in, the folder open, a command at a time."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

from imapclient import IMAPClient
from imapclient.exceptions import (
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
)
from typing_extensions import override

from mail.imap.errors import ImapError, LoginError, LostError, RefusedError
from mail.imap.mailbox import Mailbox, Safety
from mail.imap.wire import Wire

#: What is fetched of the headers of a mail that stays in the mailbox, in bytes.
HEADERS = 64 * 1024
_HEAD = f"BODY.PEEK[HEADER]<0.{HEADERS}>"
_WORDS = 300


class _Client(IMAPClient):  # type: ignore[misc] # imapclient ships no types
    """imapclient over a connection of ours."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(wire.host, wire.port, ssl=False)
        self._imap.debug = 0  # it would format every line for a log that is off

    @override
    def _create_IMAP4(self) -> Wire:
        return self._wire

    @override
    def _set_read_timeout(self) -> None:
        """Leave the time to the wire, which knows the deadlines."""

    def idle_until(self, seconds: float) -> None:
        """Return when the server has something to tell, or after a while."""
        self.idle()
        self._wire.wait(seconds)
        self._wire.expect()
        self.idle_done()


@dataclass(kw_only=True)
class Session:
    """Opened by ``open``; any method may raise LostError or RefusedError."""

    mailbox: Mailbox
    client: Any = None
    uidvalidity: int = 0
    uidnext: int | None = None
    read_only: bool = False
    _wire: Wire | None = None
    _is_cut: bool = False
    _is_mute: bool = False
    _secrets: list[str] = field(default_factory=list, repr=False)

    def open(self) -> Self:
        """Connect, log in and open the folder; LoginError besides."""
        mailbox = self.mailbox
        with self._asking("cannot connect"):
            direct = mailbox.context if mailbox.safety is Safety.TLS else None
            wire = Wire(mailbox.host, mailbox.port, direct, begun=self._begun)
            self.client = _Client(wire)
            if mailbox.safety is Safety.STARTTLS:
                self.client.starttls(mailbox.context)
        self._log_in()
        with self._asking(f"cannot open folder {mailbox.folder!r}"):
            self._select()
            if mailbox.done.move is not None and not self.read_only:
                self._provide(mailbox.done.move)
        return self

    def _begun(self, wire: Wire) -> None:
        self._wire = wire
        if self._is_cut:
            wire.cut()

    def cut(self) -> None:
        """Let whoever uses it, in another thread, find the connection gone."""
        self._is_cut = True
        if self._wire is not None:
            self._wire.cut()

    def close(self) -> None:
        if self.client is None:
            return
        with suppress(IMAPClientError, OSError):  # it may be gone already
            self.client.logout()
        with suppress(IMAPClientError, OSError):
            self.client.shutdown()

    def uids_after(self, uid: int) -> list[int]:
        """Return the UIDs of the mails that came later, in their order."""
        return self.uids_among(uid + 1, None)

    def uids_among(self, first: int, last: int | None, *criteria: str) -> list[int]:
        """Return UIDs from ``first`` to ``last`` in order; the criteria are IMAP's."""
        # "n:*" always holds the last mail, whatever its UID (RFC 3501, 6.4.8).
        span = f"{first}:{last or '*'}"
        with self._asking("cannot search"):
            found = self.client.search(["UID", span, *criteria])
        return sorted(
            {uid for uid in found if uid >= first and (last is None or uid <= last)}
        )

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return how many bytes each mail has, of those that are still there."""
        with self._asking("cannot read sizes"):
            found = self.client.fetch(uids, ["RFC822.SIZE"])
        return {
            uid: int(one[b"RFC822.SIZE"])
            for uid, one in found.items()
            if b"RFC822.SIZE" in one
        }

    def fetch(self, sizes: Mapping[int, int]) -> dict[int, bytes]:
        """Return the mails; the sizes say how much may come."""
        # Some servers give sizes that are a little off (RFC 3501 does not let them).
        allowed = sum(sizes.values()) * 2 + HEADERS
        with self._asking("cannot fetch", size=allowed):
            found = self.client.fetch(list(sizes), ["BODY.PEEK[]"])
        return {uid: one[b"BODY[]"] for uid, one in found.items() if one.get(b"BODY[]")}

    def headers(self, uid: int) -> bytes:
        """Return the headers of a mail, or as much of them as is wanted."""
        with self._asking("cannot fetch headers"):
            found = self.client.fetch([uid], [_HEAD])
        return bytes(found.get(uid, {}).get(b"BODY[HEADER]<0>") or b"")

    def mark(self, uids: Sequence[int]) -> None:
        """Do with mails what is done with those that are kept; again is no matter."""
        done = self.mailbox.done
        with self._asking("cannot mark mails as seen" if done.seen else "cannot move"):
            if done.seen:
                self.client.add_flags(uids, [b"\\Seen"], silent=True)
            elif self.client.has_capability("MOVE"):
                self.client.move(uids, done.move)
            else:
                self.client.copy(uids, done.move)
                self.client.delete_messages(uids, silent=True)
                if self.client.has_capability("UIDPLUS"):  # else others' would go, too
                    self.client.uid_expunge(uids)

    @property
    def tells(self) -> bool:
        """Say whether the server tells by itself of mails that come."""
        return not self._is_mute and bool(self.client.has_capability("IDLE"))

    def idle(self, seconds: float) -> None:
        """Wait until the server tells of something (RFC 2177), or so long."""
        try:
            with self._asking("cannot wait"):
                self.client.idle_until(seconds)
        except RefusedError:  # though it says that it can
            self._is_mute = True

    def noop(self) -> None:
        """Let the server say what came meanwhile."""
        with self._asking("cannot ask"):
            self.client.noop()

    def _select(self) -> None:
        mailbox = self.mailbox
        wants = not mailbox.done.changes
        try:
            found = self.client.select_folder(mailbox.folder, readonly=wants)
        except IMAPClientReadOnlyError:
            found = self.client.select_folder(mailbox.folder, readonly=True)
            self.read_only = True
        if b"UIDVALIDITY" not in found:
            raise RefusedError("the server gives no UIDVALIDITY: nothing to count by")
        self.uidvalidity = int(found[b"UIDVALIDITY"])
        self.uidnext = int(found[b"UIDNEXT"]) if b"UIDNEXT" in found else None

    def _provide(self, folder: str) -> None:
        if not self.client.folder_exists(folder):
            self.client.create_folder(folder)

    def _log_in(self) -> None:
        mailbox = self.mailbox
        secret = mailbox.secret()
        self._secrets = [secret, *_encoded(mailbox.user, secret)]
        try:
            with self._asking("login refused"):
                self._authenticate(mailbox.user, secret)
        except RefusedError as error:
            raise LoginError(str(error)) from None

    def _authenticate(self, user: str, secret: str) -> None:
        client = self.client
        if self.mailbox.is_token:
            client.oauth2_login(user, secret)
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(user, secret)
        elif client.has_capability("LOGINDISABLED"):
            raise RefusedError("login refused: the server takes no password here")
        elif not (user + secret).isascii():
            raise RefusedError("login refused: LOGIN takes ASCII, and it has no PLAIN")
        else:
            client.login(user, secret)

    @contextmanager
    def _asking(self, what: str, *, size: int = 0) -> Iterator[None]:
        """Give a command its time, and say what it was if it fails."""
        if self._wire is not None:
            self._wire.expect(size)
        try:
            yield
        except ImapError:
            raise
        except (IMAPClientAbortError, OSError) as error:
            raise LostError(self._words(what, error)) from None
        except IMAPClientError as error:
            raise RefusedError(self._words(what, error)) from None
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            # imaplib and imapclient, over an answer that is none.
            raise LostError(self._words(f"{what}: not understood", error)) from None

    def _words(self, what: str, error: Exception) -> str:
        """Return the server's words, without what only we may know."""
        said = str(error) or type(error).__name__
        if isinstance(error, socket.gaierror | ConnectionError):
            said = error.strerror or said
        for secret in self._secrets:
            said = said.replace(secret, "***")
        printable = "".join(one if one.isprintable() else " " for one in said)
        return f"{what}: {printable[:_WORDS]}"


def _encoded(user: str, secret: str) -> list[str]:
    """Return the secret in the forms in which it is sent."""
    forms = (f"\0{user}\0{secret}", f"user={user}\1auth=Bearer {secret}\1\1", secret)
    return [base64.b64encode(form.encode()).decode() for form in forms]
