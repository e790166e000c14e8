"""A mail's HTML as its reader sees it, harmless in a browser."""

from __future__ import annotations

import base64
import html
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import unquote

from sandbox.mailbox import PARSER_ERRORS

#: Nothing in a mail runs, loads from elsewhere, asks anybody or leads anywhere.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# A link would replace the letter in its frame: under the policy this opens nothing.
_INERT = '<!DOCTYPE html><base target="_blank">'
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SHOWN_BY_ID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)


def read_html(raw: bytes) -> str | None:
    """Return the HTML part with its own pictures inside; None if there is no part."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
        body = message.get_body(preferencelist=("html",))
        if body is None:
            return None
        content, pictures = str(body.get_content()), _pictures(message)
    except PARSER_ERRORS:
        return None
    return _INERT + _SHOWN_BY_ID.sub(
        lambda found: pictures.get(_content_id(found[1]), found[0]), content
    )


def _content_id(address: str) -> str:
    """Return the Content-ID that a cid: address means (RFC 2392)."""
    return unquote(html.unescape(address))


def _pictures(message: EmailMessage) -> dict[str, str]:
    return {
        str(part["Content-ID"]).strip("<> "): _data_uri(part)
        for part in message.walk()
        if part["Content-ID"] and part.get_content_type() in _PICTURES
    }


def _data_uri(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    coded = base64.b64encode(content if isinstance(content, bytes) else b"").decode()
    return f"data:{part.get_content_type()};base64,{coded}"
