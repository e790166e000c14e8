"""What a file is, told by how its bytes begin."""

from __future__ import annotations

import re

#: How much is looked at; a tar says what it is at 257, an ISO at 32,769.
HEAD = 40 * 1024
EXE = "application/vnd.microsoft.portable-executable"
MACH = "application/x-mach-binary"
OLE = "application/x-ole-storage"
ZIP = "application/zip"
GZIP, BZIP2, XZ = "application/gzip", "application/x-bzip2", "application/x-xz"
TAR = "application/x-tar"

#: Where, what, and of which type; the first that fits decides.
_MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b\x08", GZIP),
    (0, b"BZh", BZIP2),
    (0, b"\xfd7zXZ\x00", XZ),
    (0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (257, b"ustar", TAR),
    (32769, b"CD001", "application/x-iso9660-image"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xfe\xed\xfa\xce", MACH),
    (0, b"\xfe\xed\xfa\xcf", MACH),
    (0, b"\xce\xfa\xed\xfe", MACH),
    (0, b"\xcf\xfa\xed\xfe", MACH),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"ITSF\x03\x00\x00\x00", "application/x-chm"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"{\\rtf", "application/rtf"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_JAVA_CLASS = b"\xca\xfe\xba\xbe"
#: Versions of Java's classes; a Mach-O for several processors has a count there.
_FIRST_JAVA = 45
_BOM = b"\xef\xbb\xbf"
#: What may stand before a page; atomic, for nobody says that it is well formed.
_PROLOG = re.compile(
    rb"(?>(?:<\?xml[^>]{0,200}>|<!--(?>.{0,500}?-->))\s*){0,5}",
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(
    rb"<(?:!doctype\s+(html|svg)|(html|head|body|script|iframe|svg)[\s>])",
    re.IGNORECASE,
)
#: An MSI's root has the class id that begins so; it stands where a sector begins.
_MSI = bytes.fromhex("84100c0000000000c000000000000046")


def sniff(content: bytes) -> str:
    """Return the media type that the bytes tell; empty if they tell none."""
    head = content[:HEAD]
    for at, mark, media_type in _MARKS:
        if head.startswith(mark, at):
            return _ole(content) if media_type == OLE else media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head.startswith(_JAVA_CLASS):
        is_class = int.from_bytes(head[6:8], "big") >= _FIRST_JAVA
        return "application/x-java-class" if is_class else MACH
    return EXE if _is_exe(head) else _text(head)


def _is_exe(head: bytes) -> bool:
    """Say whether it is a program of DOS or Windows; a text may begin with MZ, too."""
    if not head.startswith(b"MZ") or len(head) < 64:
        return False
    at = int.from_bytes(head[60:64], "little")
    return head[at : at + 2] in {b"PE", b"NE", b"LE"} or b"\x00" in head[:64]


def _ole(content: bytes) -> str:
    """Tell an installer from the documents of the same form; else say nothing."""
    return "application/x-msi" if _MSI in content[: 8 * HEAD] else ""


def _text(head: bytes) -> str:
    begin = head[:2048].removeprefix(_BOM).lstrip()
    if begin.startswith(b"#!") and b"/" in begin[:20]:
        return "application/x-sh"
    prolog = _PROLOG.match(begin)
    page = _PAGE.match(begin, prolog.end() if prolog else 0)
    if page is None:
        return ""
    is_svg = b"svg" in {(page[1] or b"").lower(), (page[2] or b"").lower()}
    return "image/svg+xml" if is_svg else "text/html"
