"""Names for files that have none."""

from __future__ import annotations

import re

from tickets.files.filenames import safe

__all__ = ["made_up", "safe"]

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
    return safe(f"{stem}.eml") if stem else ""
