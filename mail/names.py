"""Names of files, fit to be shown and saved whatever the sender wrote."""

from __future__ import annotations

import re
import unicodedata

_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_PATH = re.compile(r"[/\\]")
_LENGTH = 180
_BYTES = 240  # most file systems take 255
_EXTENSIONS = {
    "application/json": "json",
    "application/msword": "doc",
    "application/octet-stream": "bin",
    "application/pdf": "pdf",
    "application/vnd.ms-excel": "xls",
    "application/x-gzip": "gz",
    "application/xml": "xml",
    "audio/mpeg": "mp3",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/rfc822": "eml",
    "message/global": "eml",
    "text/html": "html",
    "text/plain": "txt",
    "text/rfc822-headers": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
_PUNCTUATION = re.compile(r"[/\\:*?\"<>|\s]+")
#: What programs call the parts that they add; so does who reads them.
_USUAL = {
    "application/ms-tnef": "winmail.dat",
    "application/pgp-encrypted": "version.asc",
    "application/pgp-keys": "key.asc",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-signature": "smime.p7s",
    "text/calendar": "invite.ics",
}


def safe(name: str) -> str:
    """Return the last path element without controls, bounded; empty if none is left."""
    last = _PATH.split(_UNFIT.sub("", name))[-1]
    fit = unicodedata.normalize("NFC", last[: _LENGTH * 4]).strip(" ")
    if not fit.strip(". "):
        return ""
    return _bounded(fit)


def made_up(media_type: str, number: int) -> str:
    """Name a nameless file by its type and its place in the mail."""
    if media_type in _USUAL:
        return _USUAL[media_type]
    main, _, sub = media_type.partition("/")
    extension = _EXTENSIONS.get(media_type, "")
    if not extension and sub.isalnum() and len(sub) <= 5 and main != "application":
        extension = sub
    kind = {"image": "image", "message": "message", "audio": "audio", "video": "video"}
    return f"{kind.get(main, 'file')}-{number}.{extension or 'bin'}"


def of_mail(subject: str) -> str:
    """Name an attached mail by its subject; empty if it has none."""
    stem = safe(_PUNCTUATION.sub(" ", subject)).strip(" .")
    return _bounded(f"{stem}.eml") if stem else ""


def _bounded(name: str) -> str:
    if len(name) <= _LENGTH and len(name.encode()) <= _BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 12:
        stem, dot, extension = name, "", ""
    room = _BYTES - len((dot + extension).encode())
    cut = stem[: _LENGTH - len(extension) - 1].encode()[:room].decode(errors="ignore")
    return cut.rstrip(" .") + dot + extension
