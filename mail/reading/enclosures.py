"""The files of a mail: each with a name, and the parcels among them opened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mail.parcels import calendars, tnef
from mail.parcels.tnef import TnefError
from mail.reading import charsets, fields, names, words
from mail.reading.limits import Limits, excess_of
from mail.reading.mime import Part
from tickets.letter import File, LeftOut

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAILS = frozenset({"message/rfc822", "message/global"})


@dataclass(slots=True)
class Enclosures:
    """Files as they are found; ``left_out`` are those beyond a limit.

    ``words`` and ``pages`` are what some of them say, for a mail that says nothing.
    """

    limits: Limits
    defects: list[str]
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)

    def put(self, file: File) -> None:
        """Keep a file, or only note it if it is beyond a limit."""
        excess = excess_of(self.files, file.content, self.limits)
        if excess is None:
            self.files.append(file)
            return
        left = LeftOut(name=file.name, size=len(file.content), excess=excess)
        self.left_out.append(left)
        self.defects.append("more files than are kept")

    def take(self, leaf: Part, content: bytes, shown_ids: frozenset[str]) -> None:
        """Keep a part as a file, or what is packed in it."""
        if leaf.media_type in _TNEF or leaf.file_name.lower() == "winmail.dat":
            if self._unpack(content):
                return
        elif leaf.media_type == "text/calendar":
            calendar = charsets.decode(content, leaf.type_params.get("charset", ""))
            self.words.append(calendars.text(calendar))
        self._keep(leaf, content, shown_ids)

    def add(self, name: str, media_type: str, content: bytes) -> None:
        """Keep a file that was no part of its own."""
        self.put(File(name=name, media_type=media_type, content=content))

    def show(self, ids: frozenset[str]) -> None:
        """Mark the files that a page shows as such."""
        self.files[:] = [
            replace(file, inline=True) if file.content_id in ids else file
            for file in self.files
        ]

    def _keep(self, leaf: Part, content: bytes, shown_ids: frozenset[str]) -> None:
        content_id = words.one_line(leaf.fields.text(b"content-id")).strip("<> ")[:200]
        self.put(
            File(
                name=self._name(leaf, content),
                media_type=leaf.media_type,
                content=content,
                content_id=content_id or None,
                inline=content_id in shown_ids,
            )
        )

    def _name(self, leaf: Part, content: bytes) -> str:
        name = names.safe(leaf.file_name)
        if not name and leaf.media_type in MAILS:
            name = names.of_mail(self._subject(content))
        return name or names.made_up(leaf.media_type, len(self.files) + 1)

    def _subject(self, mail: bytes) -> str:
        mail = mail[: self.limits.header_bytes]
        end, _, _ = fields.split(mail, 0, len(mail))
        return fields.parse(mail[:end], self.limits).text(b"subject")

    def _unpack(self, content: bytes) -> bool:
        """Open winmail.dat; False if it must stay, for more may be in it."""
        room = self.limits.files - len(self.files)
        try:
            packed = tnef.read(content, files=room, text=self.limits.text)
        except TnefError:
            self.defects.append("winmail.dat is not understood")
            return False
        if not (packed.files or packed.text.strip() or packed.page):
            return False
        for file in packed.files:
            self.put(file)
        self.words.append(packed.text)
        self.pages.append(packed.page)
        return packed.whole
