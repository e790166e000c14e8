"""A small IMAP server that does what a test tells it, faults above all."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from tests.mail.imap.keeping import mail

#: What is done instead of the answer; it says whether the command is done with.
Fault = Callable[["Talk", bytes], bool]


class Dropped(Exception):  # noqa: N818 # what a fault does to the connection
    """The connection is to end here."""


@dataclass(kw_only=True)
class Scripted:
    """One mailbox of one user; ``faults`` are looked up by the command's beginning."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 1
    capabilities: str = "IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS"
    knows: str = "secret"  # what lets somebody in
    faults: dict[bytes, list[Fault]] = field(default_factory=dict)
    flags: dict[int, set[bytes]] = field(default_factory=dict)
    moved: list[tuple[int, str]] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)  # the commands that came
    port: int = 0

    def fail(self, command: bytes, fault: Fault, *, times: int = 1) -> None:
        self.faults.setdefault(command, []).extend([fault] * times)

    def next_fault(self, command: bytes) -> Fault | None:
        for beginning, faults in self.faults.items():
            if faults and command.startswith(beginning):
                return faults.pop(0)
        return None

    @contextmanager
    def serve(self) -> Iterator[Scripted]:
        desk = self

        class Handler(socketserver.StreamRequestHandler):
            @override
            def handle(self) -> None:
                try:
                    Talk(desk, self).run()
                except (Dropped, OSError):
                    return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        with Server(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class Talk:
    """One connection."""

    def __init__(self, desk: Scripted, handler: Any) -> None:
        self.desk = desk
        self.reads, self.writes = handler.rfile, handler.wfile

    def say(self, line: bytes) -> None:
        self.writes.write(line + b"\r\n")

    def run(self) -> None:
        self.say(b"* OK ready")
        while line := self.reads.readline():
            tag, _, rest = line.strip().partition(b" ")
            self.desk.said.append(rest)
            fault = self.desk.next_fault(rest)
            if fault is not None and fault(self, tag):
                continue
            words = rest.upper().split(b" ")
            name = words[1] if words[0] == b"UID" else words[0]
            act = getattr(self, f"do_{name.decode().lower()}", None)
            answer = act(rest) if act else b"BAD what is that?"
            self.say(tag + b" " + (answer or b"OK done"))
            if name == b"LOGOUT":
                return

    def do_capability(self, _: bytes) -> None:
        self.say(b"* CAPABILITY " + self.desk.capabilities.encode())

    def do_logout(self, _: bytes) -> None:
        self.say(b"* BYE bye")

    def do_noop(self, _: bytes) -> None:
        """Nothing is what is asked for."""

    do_create = do_list = do_noop

    def do_login(self, rest: bytes) -> bytes | None:
        return self._let_in(rest)

    def do_authenticate(self, _: bytes) -> bytes | None:
        self.say(b"+ ")
        return self._let_in(base64.b64decode(self.reads.readline()))

    def _let_in(self, said: bytes) -> bytes | None:
        if self.desk.knows.encode() in said:
            return None
        return b"NO [AUTHENTICATIONFAILED] we do not know you"

    def do_select(self, rest: bytes) -> bytes:
        desk = self.desk
        self.say(b"* %d EXISTS" % len(desk.mails))
        self.say(b"* OK [UIDVALIDITY %d] ok" % desk.uidvalidity)
        self.say(b"* OK [UIDNEXT %d] ok" % (max(desk.mails, default=0) + 1))
        mode = b"READ-ONLY" if rest.upper().startswith(b"EXAMINE") else b"READ-WRITE"
        return b"OK [" + mode + b"] ok"

    do_examine = do_select

    def do_search(self, rest: bytes) -> None:
        found = self._uids(rest.split(b" ")[3])
        if b"UNSEEN" in rest:
            found = [u for u in found if b"\\Seen" not in self.desk.flags.get(u, ())]
        if b"UNDELETED" in rest:
            found = [u for u in found if b"\\Deleted" not in self.desk.flags.get(u, ())]
        self.say(b" ".join([b"* SEARCH", *(b"%d" % uid for uid in found)]))

    def do_fetch(self, rest: bytes) -> None:
        uids = self._uids(rest.split(b" ")[2])
        for uid in uids:
            self.say_fetch(uid, rest)

    def say_fetch(self, uid: int, rest: bytes) -> None:
        raw = self.desk.mails[uid]
        if b"RFC822.SIZE" in rest:
            self.say(b"* 1 FETCH (UID %d RFC822.SIZE %d)" % (uid, len(raw)))
            return
        name = b"BODY[]"
        if b"HEADER" in rest:
            name, raw = b"BODY[HEADER]<0>", raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.say(b"* 1 FETCH (UID %d %s {%d}" % (uid, name, len(raw)))
        self.writes.write(raw)
        self.say(b")")

    def do_store(self, rest: bytes) -> None:
        for uid in self._uids(rest.split(b" ")[2]):
            flags = re.findall(rb"\\\w+", rest)
            self.desk.flags.setdefault(uid, set()).update(flags)

    def do_copy(self, rest: bytes) -> None:
        for uid in self._uids(rest.split(b" ")[2]):
            self.desk.moved.append((uid, rest.split(b" ")[3].decode().strip('"')))

    def do_move(self, rest: bytes) -> None:
        self.do_copy(rest)
        for uid in self._uids(rest.split(b" ")[2]):
            del self.desk.mails[uid]

    def do_expunge(self, rest: bytes) -> None:
        for uid in self._uids(rest.split(b" ")[2]):
            del self.desk.mails[uid]

    def do_idle(self, _: bytes) -> None:
        self.say(b"+ idling")
        self.reads.readline()

    def _uids(self, text: bytes) -> list[int]:
        wanted: set[int] = set()
        here = sorted(self.desk.mails)
        for part in text.split(b","):
            first, _, last = part.partition(b":")
            low = int(first)
            high = (here or [0])[-1] if last == b"*" else int(last or first)
            low, high = min(low, high), max(low, high)
            wanted.update(uid for uid in here if low <= uid <= high)
        return sorted(wanted)


def drop(_talk: Talk, _tag: bytes) -> bool:
    raise Dropped


def say(line: bytes) -> Fault:
    """Return a fault that answers with this after the tag."""

    def fault(talk: Talk, tag: bytes) -> bool:
        talk.say(tag + b" " + line)
        return True

    return fault


def scripted(count: int = 3, **more: Any) -> Scripted:
    """Return a server whose mailbox has so many mails."""
    mails = {uid: mail(uid) for uid in range(1, count + 1)}
    return Scripted(mails=mails, **more)
