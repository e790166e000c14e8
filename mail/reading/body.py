"""Which parts of a mail are its text, its HTML and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from mail.parcels import armour, uuencoded
from mail.quotes import prose, signatures, wrote
from mail.quotes.wrote import Written
from mail.reading import addresses, charsets, markup, transfer
from mail.reading.enclosures import MAILS, Enclosures
from mail.reading.limits import Limits
from mail.reading.mime import Part, Splitter
from tickets.letter import File, LeftOut, Mailbox, Sealed

_SHOWN = frozenset({"text/plain", "text/html"})
# The same words once more, for programs that understand a special form.
_ECHOES = frozenset(
    {"text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html"}
)
_FORWARDED = 3  # how deep a mail in a mail in a mail is looked into for its text
_ATTACHED = 5  # and how many of them side by side
_CID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Attached:
    """A mail that came as a file: who wrote it, and what it says."""

    author: Mailbox | None
    text: str


@dataclass
class Content:
    """What one mail holds, gathered part by part."""

    limits: Limits
    defects: list[str]
    sealed: Sealed | None = None
    depth: int = 0
    texts: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.enclosures = Enclosures(limits=self.limits, defects=self.defects)

    @property
    def files(self) -> list[File]:
        return self.enclosures.files

    @property
    def left_out(self) -> list[LeftOut]:
        return self.enclosures.left_out

    def gather(self, root: Part) -> None:
        leaves = list(_leaves(root))
        alone = len(leaves) == 1
        written = [leaf for leaf in leaves if _is_written(leaf, alone=alone)]
        written = written or [leaf for leaf in leaves if _is_named_text(leaf)][:1]
        for leaf in written:
            self._take_text(leaf)
        shown_ids = frozenset(_CID.findall("".join(self.pages)))
        for leaf in leaves:
            is_echo = bool(written) and leaf.media_type in _ECHOES
            if leaf not in written and not is_echo:
                self.enclosures.take(leaf, self._decoded(leaf), shown_ids)
        if not self.pages and not self._says_something():
            self._take_packed_pages()
        if any(_PGP_MESSAGE in page for page in self.pages):
            self.sealed = self.sealed or Sealed.PGP

    def written(self, *, forwards: bool) -> Written:
        """Return the text parted; below what is quoted, what attached mails say."""
        found = self._parted(forwards=forwards)
        below = [one.text for one in self.attached[self._is_carrier() :]]
        rest = [found.quoted, *self.signatures, *below]
        if len(rest) == 1:
            return found
        quoted = "\n\n".join(filter(None, rest))
        return replace(found, quoted=quoted[: self.limits.text])

    def text(self) -> str:
        """Return what the plain text says, else the page, a parcel or another mail."""
        text = self.attached[0].text if self._is_carrier() else self._own_text()
        if len(text) > self.limits.text:
            self.defects.append("the text is longer than is shown")
        return text[: self.limits.text]

    def carried(self) -> Mailbox | None:
        """Return who wrote the attached mail that stands for this one's text."""
        return self.attached[0].author if self._is_carrier() else None

    def html(self) -> str | None:
        return "\n".join(self.pages) if self.pages else None

    @cached_property
    def attached(self) -> list[_Attached]:
        """The mails that came as files, the first few of them."""
        if self.depth >= _FORWARDED:
            return []
        mails = [one.content for one in self.files if one.media_type in MAILS]
        return [self._read_attached(raw) for raw in mails[:_ATTACHED]]

    def _read_attached(self, raw: bytes) -> _Attached:
        root = Splitter(raw=raw, limits=self.limits, defects=[]).split()
        inner = Content(limits=self.limits, defects=[], depth=self.depth + 1)
        inner.gather(root)
        author = addresses.parse(root.fields.first(b"from"), most=1)
        return _Attached(author=author[0] if author else None, text=inner.text())

    def _parted(self, *, forwards: bool) -> Written:
        """Part the text; the page tells of quotes that the text does not."""
        page = "\n".join(self.pages)
        signed = signatures.listed(page)
        found = wrote.part(self.text(), forwards=forwards, signed=signed)
        if found.quoted or found.forward or not prose.tells_quotes(page):
            return found
        text = prose.read(page, marked=True)[: self.limits.text]
        told = wrote.part(text, forwards=forwards, signed=signed)
        return told if told.quoted else found

    def _is_carrier(self) -> bool:
        """Say whether it brings another mail without a word of its own."""
        return bool(self.attached) and not self._own_text().strip()

    def _own_text(self) -> str:
        text = "\n".join(self.texts).replace(prose.MARK, "")
        if not text.strip() and self.pages:
            text = prose.read("\n".join(self.pages))
        if not text.strip():
            text = "\n\n".join(filter(str.strip, self.enclosures.words)) or text
        return text

    def _says_something(self) -> bool:
        return any(text.strip() for text in self.texts)

    def _take_text(self, leaf: Part) -> None:
        raw = self._decoded(leaf)
        declared = leaf.type_params.get("charset", "")
        if declared and charsets.canonical(declared) is None:
            self.defects.append(f"the charset {declared[:40]} is unknown")
        if leaf.media_type != "text/html":
            text = self._bare(_lines(charsets.decode(raw, declared)))
            self._keep_whole(leaf, raw, cut=len(text) > self.limits.text)
            self.texts.append(text)
            return
        page = charsets.decode(raw, declared or markup.declared_charset(raw))
        self._keep_whole(leaf, raw, cut=len(page) > self.limits.html)
        self.pages.append(markup.clean(page[: self.limits.html]))

    def _bare(self, text: str) -> str:
        """Take out of a text the files and the armour that stand in it."""
        bared = armour.bare(text)
        self.signatures += bared.signatures
        for key in bared.keys:
            self.enclosures.add("key.asc", "application/pgp-keys", key.encode())
        for message in bared.messages:
            self.sealed = self.sealed or Sealed.PGP
            self.enclosures.add(
                "message.asc", "application/pgp-encrypted", message.encode()
            )
        is_cut = len(bared.text) > self.limits.text  # then it is a file as well
        room = self.limits.files - len(self.files) - is_cut
        text, enclosed = uuencoded.take_out(bared.text, room)
        for one in enclosed:
            self.enclosures.add(one.name, "application/octet-stream", one.content)
        return text

    def _keep_whole(self, leaf: Part, raw: bytes, *, cut: bool) -> None:
        """Give a text that will be cut a second life as a file."""
        if cut:
            self.defects.append("a text is longer than is shown; a file has it whole")
            self.enclosures.take(leaf, raw, frozenset())

    def _take_packed_pages(self) -> None:
        """Show the page out of winmail.dat, with the pictures beside it."""
        for raw in filter(None, self.enclosures.pages):
            page = charsets.decode(raw, markup.declared_charset(raw))
            self.pages.append(markup.clean(page[: self.limits.html]))
        shown_ids = frozenset(_CID.findall("".join(self.pages)))
        if shown_ids:
            self.enclosures.show(shown_ids)

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
    if leaf.media_type == "text/calendar":
        return False
    return leaf.media_type in _SHOWN or (alone and leaf.media_type.startswith("text/"))


def _is_named_text(leaf: Part) -> bool:
    """Say whether it is a text that got a name although nobody called it a file."""
    return leaf.media_type == "text/plain" and not leaf.disposition


def _lines(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
