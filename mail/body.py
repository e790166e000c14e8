"""Which parts of a mail are its text, its HTML and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail import charsets, markup, names, prose, transfer, words, wrote
from mail.limits import Limits, excess_of
from mail.mime import Part, Splitter
from mail.wrote import Written
from tickets.letter import File, LeftOut

_SHOWN = frozenset({"text/plain", "text/html"})
# The same words once more, for programs that understand a special form.
_ECHOES = frozenset(
    {"text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html"}
)
_FORWARDED = 3  # how deep a mail in a mail in a mail is looked into for its text
_CID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)


@dataclass(slots=True)
class Content:
    """What one mail holds, gathered part by part."""

    limits: Limits
    defects: list[str]
    texts: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    shown_ids: frozenset[str] = frozenset()
    depth: int = 0

    def gather(self, root: Part) -> None:
        leaves = list(_leaves(root))
        alone = len(leaves) == 1
        written = [leaf for leaf in leaves if _is_written(leaf, alone=alone)]
        written = written or [leaf for leaf in leaves if _is_named_text(leaf)][:1]
        for leaf in written:
            self._take_text(leaf)
        self.shown_ids = frozenset(_CID.findall("".join(self.pages)))
        for leaf in leaves:
            if leaf not in written and not (written and leaf.media_type in _ECHOES):
                self._take_file(leaf)

    def written(self, *, forwards: bool) -> Written:
        """Return the text parted; the page tells of quotes that the text does not."""
        found = wrote.part(self.text(), forwards=forwards)
        page = "\n".join(self.pages)
        if found.quoted or found.forward or not prose.tells_quotes(page):
            return found
        text = prose.read(page, marked=True)[: self.limits.text]
        told = wrote.part(text, forwards=forwards)
        return told if told.quoted else found

    def text(self) -> str:
        """Return what the plain text says, else the page or the forwarded mail."""
        text = _lines("\n".join(self.texts)).replace(prose.MARK, "")
        if not text.strip() and self.pages:
            text = prose.read("\n".join(self.pages))
        if not text.strip() and self.depth < _FORWARDED:
            text = self._forwarded() or text
        if len(text) > self.limits.text:
            self.defects.append("the text is longer than is shown")
        return text[: self.limits.text]

    def html(self) -> str | None:
        return "\n".join(self.pages) if self.pages else None

    def _forwarded(self) -> str:
        """Read the first attached mail of one who forwards without a word."""
        mails = (f.content for f in self.files if f.media_type == "message/rfc822")
        raw = next(mails, b"")
        if not raw:
            return ""
        root = Splitter(raw=raw, limits=self.limits, defects=[]).split()
        inner = Content(limits=self.limits, defects=[], depth=self.depth + 1)
        inner.gather(root)
        return inner.text()

    def _take_text(self, leaf: Part) -> None:
        raw = self._decoded(leaf)
        declared = leaf.type_params.get("charset", "")
        if declared and charsets.canonical(declared) is None:
            self.defects.append(f"the charset {declared[:40]} is unknown")
        if leaf.media_type != "text/html":
            self._keep_whole(leaf, raw, self.limits.text)
            self.texts.append(charsets.decode(raw, declared))
            return
        self._keep_whole(leaf, raw, self.limits.html)
        page = charsets.decode(raw, declared or markup.declared_charset(raw))
        self.pages.append(markup.clean(page[: self.limits.html]))

    def _keep_whole(self, leaf: Part, raw: bytes, limit: int) -> None:
        """Give a text that will be cut a second life as a file."""
        if len(raw) > limit:
            self.defects.append("a text is longer than is shown; a file has it whole")
            self._add_file(leaf, raw)

    def _take_file(self, leaf: Part) -> None:
        self._add_file(leaf, self._decoded(leaf))

    def _add_file(self, leaf: Part, content: bytes) -> None:
        content_id = words.one_line(leaf.fields.text(b"content-id")).strip("<> ")[:200]
        name = names.safe(leaf.file_name)
        name = name or names.made_up(leaf.media_type, len(self.files) + 1)
        if (excess := excess_of(self.files, content, self.limits)) is not None:
            left = LeftOut(name=name, size=len(content), excess=excess)
            self.left_out.append(left)
            self.defects.append("more files than are kept")
            return
        self.files.append(
            File(
                name=name,
                media_type=leaf.media_type,
                content=content,
                content_id=content_id or None,
                inline=content_id in self.shown_ids,
            )
        )

    def _decoded(self, leaf: Part) -> bytes:
        content, damaged = transfer.undo(leaf.encoding, leaf.body)
        if damaged:
            self.defects.append(f"a part's {leaf.encoding} is damaged")
        return content


def _leaves(part: Part) -> Iterator[Part]:
    if not part.container:
        yield part
    for child in part.children:
        yield from _leaves(child)


def _is_written(leaf: Part, *, alone: bool) -> bool:
    """Say whether a leaf is what the author wrote rather than a file."""
    if leaf.disposition == "attachment" or leaf.file_name:
        return False
    return leaf.media_type in _SHOWN or (alone and leaf.media_type.startswith("text/"))


def _is_named_text(leaf: Part) -> bool:
    """Say whether it is a text that got a name although nobody called it a file."""
    return leaf.media_type == "text/plain" and not leaf.disposition


def _lines(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
