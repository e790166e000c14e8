"""What specialists should know of a file before they open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto

from tickets.files.examined import TOO_LARGE, Examined
from tickets.files.filenames import extension
from tickets.words import Remark

#: Types that start something, and the kinds of files nobody expects that of.
PROGRAM_TYPES = frozenset(
    {
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-chm",
        "application/x-elf",
        "application/x-java-class",
        "application/x-mach-binary",
        "application/x-ms-shortcut",
        "application/x-msi",
        "application/x-sh",
    }
)
_ARCHIVES = frozenset(
    {
        "application/gzip",
        "application/vnd.ms-cab-compressed",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-iso9660-image",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
    }
)
_PROGRAM_NAMES = """
    apk appinstaller appref-ms application bat chm cmd com cpl dll docm dotm exe gadget
    hta img inf iso jar jnlp js jse lnk mht mhtml msc msi msix msp one pif ppam pptm ps1
    ps1xml psm1 py reg scf scr sct settingcontent-ms sh slk url vb vbe vbs vhd vhdx wsc
    wsf wsh xlam xll xlsb xlsm xltm
"""
#: What Windows, and programs that many people have there, run when it is opened.
PROGRAM_NAMES = frozenset(_PROGRAM_NAMES.split())
#: Types that say nothing of what a file is.
_VAGUE = frozenset({"", "application/octet-stream", "application/x-download"})


class _Family(Enum):
    PROGRAM = auto()
    PAGE = auto()
    ARCHIVE = auto()
    MEDIA = auto()
    DOCUMENT = auto()


_MEDIA = "avi bmp gif heic jpeg jpg mkv mov mp3 mp4 ogg png tif tiff wav webp"
_DOCUMENTS = "csv doc docx log odp ods odt pdf ppt pptx rtf txt xls xlsx xml"
_BY_NAME: Mapping[str, _Family] = {
    **dict.fromkeys(_MEDIA.split(), _Family.MEDIA),
    **dict.fromkeys(_DOCUMENTS.split(), _Family.DOCUMENT),
    **dict.fromkeys(["htm", "html", "svg", "xhtml"], _Family.PAGE),
}


def type_of(declared: str, examined: Examined) -> str:
    """Return the media type to keep: what the bytes are, where they tell."""
    found = examined.media_type
    if not found or found == "application/zip":  # so are many documents
        return declared if declared not in _VAGUE else found or declared
    return found


def remarks_on(
    name: str, declared: str, examined: Examined, *, programs: Iterable[str]
) -> tuple[Remark, ...]:
    """Return what is to be said of a file; ``programs`` are extensions."""
    return tuple(_remarks(name, declared, examined, programs=frozenset(programs)))


def _remarks(
    name: str, declared: str, examined: Examined, *, programs: frozenset[str]
) -> Iterator[Remark]:
    if _is_disguised(name, declared, examined.media_type):
        yield Remark.DISGUISED
    if examined.media_type in PROGRAM_TYPES or extension(name) in programs:
        yield Remark.PROGRAM
    elif not programs.isdisjoint(examined.extensions):
        yield Remark.HOLDS_PROGRAM
    if examined.encrypted:
        yield Remark.ENCRYPTED
    elif examined.opaque:
        yield Remark.OPAQUE
    if examined.scanned == TOO_LARGE:
        yield Remark.UNSCANNED


def _is_disguised(name: str, declared: str, found: str) -> bool:
    """Say whether a file pretends to be more harmless than it is.

    Cameras call a JPEG a PNG, and accounting programs a page a table: that is no
    disguise. Nor is a document that is a ZIP.
    """
    is_ = _family_of_type(found)
    claimed = {_BY_NAME.get(extension(name)), _family_of_type(declared)} - {None}
    match is_:
        case _Family.PROGRAM:
            return bool(claimed - {_Family.PROGRAM, _Family.ARCHIVE})
        case _Family.PAGE | _Family.ARCHIVE:
            return _Family.MEDIA in claimed or _ends(name, declared, "pdf")
        case _:
            return False


def _ends(name: str, declared: str, ending: str) -> bool:
    return extension(name) == ending or declared == f"application/{ending}"


def _family_of_type(media_type: str) -> _Family | None:
    main = media_type.partition("/")[0]
    if media_type in PROGRAM_TYPES:
        return _Family.PROGRAM
    if media_type in _ARCHIVES:
        return _Family.ARCHIVE
    if media_type in {"text/html", "image/svg+xml", "application/xhtml+xml"}:
        return _Family.PAGE
    if main in {"image", "audio", "video"}:
        return _Family.MEDIA
    if main == "text" or media_type == "application/pdf":
        return _Family.DOCUMENT
    return None
