"""The parts of a mail (RFC 2046): where each begins and ends, and what it claims.

The splitting is our own because none at hand is both bounded and able to give
the undecoded bytes of a damaged part; only large base64 goes to Rust.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.reading import fields, params
from mail.reading.fields import Fields
from mail.reading.limits import TOO_DEEP, TOO_MANY_PARTS, Limits

_CLOSE = re.compile(rb"(--)?[ \t\r]*+(?:\n|\Z)")
_LOOSE_CLOSE = re.compile(rb"--[^\n]*+(?:\n|\Z)")
_FIRST_DELIMITER = re.compile(rb"\s*+--([^\r\n]{1,200})\r*+\n")
#: A delimiter somewhere below: the header of a part follows it at once.
_LATER_DELIMITER = re.compile(
    rb"\n--([^\s-][^\r\n]{0,199})\r*+\n(?=content-[a-z-]{1,40}[ \t]*+:)", re.IGNORECASE
)
_LONG = 32 * 1024
_PREAMBLE = 64 * 1024


@dataclass(slots=True, eq=False)
class Part:
    """One node of the tree; a container has children, a leaf has its bytes."""

    fields: Fields
    media_type: str
    type_params: dict[str, str]
    disposition: str
    disposition_params: dict[str, str]
    raw: bytes
    start: int
    end: int
    children: list[Part] = field(default_factory=list)
    container: bool = False

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that are no container, in their order."""
        if not self.container:
            yield self
        for child in self.children:
            yield from child.leaves()

    @property
    def body(self) -> bytes:
        return self.raw[self.start : self.end]

    @property
    def encoding(self) -> str:
        said = params.parse(self.fields.first(b"content-transfer-encoding"))[0]
        return said.strip("\"'")

    @property
    def file_name(self) -> str:
        return self.disposition_params.get("filename") or self.type_params.get(
            "name", ""
        )


@dataclass(slots=True)
class Splitter:
    """One pass over one mail, which counts parts and notes what it had to mend."""

    raw: bytes
    limits: Limits
    defects: list[str]
    count: int = 0

    def split(self) -> Part:
        return self._part(0, len(self.raw), depth=0, default="text/plain")

    def _part(self, start: int, end: int, *, depth: int, default: str) -> Part:
        self.count += 1
        head, body, clean = fields.split(self.raw, start, end)
        if not clean:
            self.defects.append(
                "a header line is broken, or the line after them missing"
            )
        block = self.raw[start:head]
        if len(block) > _LONG and fields.oversized(block, self.limits):
            self.defects.append("more or longer headers than are read")
        part = self._described(fields.parse(block, self.limits), (body, end), default)
        if part.media_type.startswith("multipart/"):
            self._descend(part, depth)
        return part

    def _described(self, found: Fields, span: tuple[int, int], default: str) -> Part:
        said, type_params = params.parse(found.first(b"content-type"))
        disposition, disposition_params = params.parse(
            found.first(b"content-disposition")
        )
        if said.startswith("multipart/") and type_params.get("boundary"):
            media_type = said  # whatever kind it is, it has parts
        else:
            media_type = said if params.type_pattern.fullmatch(said) else ""
        if said and not media_type:
            self.defects.append("a Content-Type is not understood")
            default = _default(said, type_params, default)
        return Part(
            fields=found,
            media_type=media_type or default,
            type_params=type_params,
            disposition=disposition,
            disposition_params=disposition_params,
            raw=self.raw,
            start=span[0],
            end=span[1],
        )

    def _descend(self, part: Part, depth: int) -> None:
        if depth >= self.limits.depth:
            self.defects.append(TOO_DEEP)
            return
        spans = self._spans(part)
        if not spans:
            self.defects.append("a multipart has no parts")
            part.media_type = "text/plain"
            return
        digest = part.media_type == "multipart/digest"
        default = "message/rfc822" if digest else "text/plain"
        part.container = True
        for start, end in spans:
            if self.count >= self.limits.parts:
                self.defects.append(TOO_MANY_PARTS)
                break
            part.children.append(
                self._part(start, end, depth=depth + 1, default=default)
            )

    def _spans(self, part: Part) -> list[tuple[int, int]]:
        boundary = part.type_params.get("boundary", "").rstrip()
        spans = self._between(part, boundary.encode("utf-8")) if boundary else []
        if spans:
            return spans
        most = min(part.end, part.start + _PREAMBLE)
        guessed = _FIRST_DELIMITER.match(
            self.raw, part.start, part.end
        ) or _LATER_DELIMITER.search(self.raw, part.start, most)
        return self._between(part, guessed[1].rstrip()) if guessed else []

    def _between(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """List the spans between delimiter lines; the last may lack its close."""
        delimiter = b"--" + boundary
        spans: list[tuple[int, int]] = []
        opened = -1
        at = part.start
        most = self.limits.parts - self.count + 1
        while len(spans) < most:
            at = self.raw.find(delimiter, at, part.end)
            if at < 0:
                break
            after = self._delimiter_end(part, at, at + len(delimiter))
            if after is None:
                at += len(delimiter)
                continue
            if opened >= 0:
                spans.append((opened, self._before_line_end(opened, at)))
            opened, closed = after
            at = opened
            if closed:
                return spans
        if opened >= 0 and len(spans) < most:
            self.defects.append("a multipart is not closed")
            spans.append((opened, part.end))
        return spans

    def _delimiter_end(self, part: Part, at: int, tail: int) -> tuple[int, bool] | None:
        if at > part.start and self.raw[at - 1] not in b"\r\n":
            return None
        match = _CLOSE.match(self.raw, tail, part.end)
        if match:
            return match.end(), match[1] is not None
        match = _LOOSE_CLOSE.match(self.raw, tail, part.end)
        return (match.end(), True) if match else None

    def _before_line_end(self, start: int, at: int) -> int:
        if at > start and self.raw[at - 1] == 0x0A:
            at -= 1
        if at > start and self.raw[at - 1] == 0x0D:
            at -= 1
        return at


def _default(said: str, type_params: dict[str, str], default: str) -> str:
    """Return what a part is taken for whose type is not understood."""
    if said in {"text", "plain"}:
        return "text/plain"
    return "application/octet-stream" if type_params.get("name") else default
