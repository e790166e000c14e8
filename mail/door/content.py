"""The bytes between DATA and the dot, gathered as they come (RFC 5321, 4.5.2)."""

from __future__ import annotations

import re

CRLF = b"\r\n"
END = b"\r\n.\r\n"
#: A dot alone on a line, for a server that takes a CR or an LF, or drops a NUL. It
#: begins at a dot and looks back at once, for few lines begin with one.
_FALSE_END = re.compile(
    rb"\. (?<=[\r\n\0]\.) (?<![^\r\n]\0\.) \0? (?: \n | \r [\x00-\xff] )",
    re.VERBOSE,
)


class Content:
    r"""One mail on its way in.

    Only CR LF . CR LF ends it; any other mixture of CR, LF and dot is part of
    the mail, so that nobody can hide a second mail in the first
    (CVE-2024-27305). If ``wary``, ``has_false_end`` says that somebody may have tried
    to: another server could have taken a part of it for the end. Lines may have any
    length.
    """

    def __init__(self, *, wary: bool = False) -> None:
        self._wary = wary
        self._raw = bytearray(CRLF)  # so that the first line is like the others
        self._discarding = False
        self.received = 0
        self.has_false_end = False

    def feed(self, chunk: bytes) -> bytes | None:
        """Add ``chunk``; at the end of the mail return the bytes that follow it."""
        raw = self._raw
        unseen = max(0, len(raw) - len(END) + 1)
        raw += chunk
        self.received += len(chunk)
        end = raw.find(END, unseen)
        if self._wary and not self.has_false_end:
            self._look_for_false_end(unseen, end)
        if end < 0:
            if self._discarding:
                del raw[: -len(END) + 1]
            return None
        rest = bytes(raw[end + len(END) :])
        self.received -= len(rest)
        del raw[end + len(CRLF) :]
        return rest

    def _look_for_false_end(self, unseen: int, end: int) -> None:
        until = len(self._raw) if end < 0 else end + len(CRLF)
        dot = self._raw.find(b".", unseen, until)  # ten times as quick as to search
        if dot >= 0:
            found = _FALSE_END.search(self._raw, dot, until)
            self.has_false_end = found is not None

    def discard(self) -> None:
        """Forget what came and what will come, and still look for the end."""
        self._discarding = True
        del self._raw[: -len(END) + 1]

    def take(self) -> bytes:
        """Return the mail without the transparency dots; once, as it lets go of it."""
        raw, self._raw = self._raw, bytearray()
        if b"\r\n." in raw:
            raw = raw.replace(b"\r\n.", CRLF)
        return bytes(memoryview(raw)[len(CRLF) :])
