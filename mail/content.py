"""The bytes between DATA and the dot, gathered as they come (RFC 5321, 4.5.2)."""

from __future__ import annotations

CRLF = b"\r\n"
END = b"\r\n.\r\n"


class Content:
    r"""One mail on its way in.

    Only CR LF . CR LF ends it; any other mixture of CR, LF and dot is part of
    the mail, so that nobody can hide a second mail in the first
    (CVE-2024-27305). Lines may have any length.
    """

    def __init__(self) -> None:
        self._raw = bytearray(CRLF)  # so that the first line is like the others
        self._discarding = False
        self.received = 0

    def feed(self, chunk: bytes) -> bytes | None:
        """Add ``chunk``; at the end of the mail return the bytes that follow it."""
        raw = self._raw
        unseen = max(0, len(raw) - len(END) + 1)
        raw += chunk
        self.received += len(chunk)
        end = raw.find(END, unseen)
        if end < 0:
            if self._discarding:
                del raw[: -len(END) + 1]
            return None
        rest = bytes(raw[end + len(END) :])
        self.received -= len(rest)
        del raw[end + len(CRLF) :]
        return rest

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
