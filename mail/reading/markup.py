"""The HTML of a mail made harmless."""

from __future__ import annotations

import html
import re

import nh3

_TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "font",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol",
    "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"align", "class", "dir", "lang", "title", "valign"},
    "a": {"href", "name"},
    "blockquote": {"cite", "type"},
    "col": {"width"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": {"bgcolor", "colspan", "rowspan", "width"},
    "th": {"bgcolor", "colspan", "rowspan", "width"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"head", "noscript", "script", "style", "template", "title"},
    attributes=_ATTRIBUTES,
    url_schemes={"cid", "http", "https", "mailto", "tel"},
    url_relative="deny",
)
BEGINS = "quote-begins"
SIGNS = "signature-begins"
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[!/?a-zA-Z][^<>]*>?")
_UNSEEN = re.compile(r"(?is)<(script|style|title)\b.*?(?:</\1\s*>|\Z)")
# Where Outlook, Windows' Mail and their kin begin the mail that is answered.
_BEGINS = re.compile(
    r"""<(?:div|span|table|p)\b(?=[^<>]{0,500}?(?:
    \bid\s*=\s*["']?(?:x_)*(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION
        |mail-editor-reference-message-container|ms-outlook-mobile-reference-message
        |mail-app-auto-quote|replySplit|_?originalContent|reply-intro)
    |border-top\s*:\s*solid\s+\#(?:E1E1E1|B5C4DF)
    |border-top-color\s*:\s*rgb\(229,\s*229,\s*229\)))""",
    re.IGNORECASE | re.VERBOSE,
)
# Where programs put the signature that they keep for their user.
_SIGNS = re.compile(
    r"""<(?:div|span|table|p|pre|td)\b(?=[^<>]{0,500}?(?:
    \bclass\s*=\s*["'][^"'<>]{0,200}?\b(?:gmail_signature\b|moz-signature
        |protonmail_signature_block|sh-signature)
    |\bid\s*=\s*["']?(?:x_)*(?:Signature\b|ms-outlook-mobile-signature|AppleMailSignature
        |mail-app-auto-signature|lineBreakAtBeginningOfSignature|ymail_android_signature)
    |\bdata-signature-widget\s*=\s*["']container))""",
    re.IGNORECASE | re.VERBOSE,
)
# A bar at the left: how Mail.ru and Outlook draw a quote.
_BARRED = re.compile(r"<blockquote\b(?=[^<>]{0,500}?border-left)", re.IGNORECASE)
# Elements that the next one closes, or that hold nothing.
_SHALLOW = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link",
     "meta", "option", "p", "tbody", "td", "th", "thead", "tr"}
)  # fmt: skip
_OPEN = 300  # elements left open; a tree builder's work grows with their square
_META_CHARSET = rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)"
_CHARSET = re.compile(_META_CHARSET, re.IGNORECASE)


def declared_charset(raw: bytes) -> str:
    """Return the charset that a page's own <meta> names, empty if none."""
    match = _CHARSET.search(raw, 0, 2048)
    return match[1].decode("ascii", "ignore") if match else ""


def clean(source: str) -> str:
    """Keep what shows text and pictures; no script, style, form or frame stays.

    What only ids and styles told of quotes is told by classes then.
    """
    if _tangled(source):
        return html.escape(_stripped(source), quote=False).replace("\n", "<br>\n")
    source = _BEGINS.sub(rf'\g<0> class="{BEGINS}"', source)
    source = _SIGNS.sub(rf'\g<0> class="{SIGNS}"', source)
    return _CLEANER.clean(_BARRED.sub(r'\g<0> class="quote"', source))


def _tangled(source: str) -> bool:
    """Say whether elements pile up so that building the tree would take long."""
    if source.count("<") < _OPEN:
        return False
    open_by_tag: dict[str, int] = {}
    deepest = 0
    for slash, name in _TAG.findall(source):
        tag = name.lower()
        if tag in _SHALLOW:
            continue
        count = open_by_tag.get(tag, 0) + (-1 if slash else 1)
        open_by_tag[tag] = max(count, 0)
        deepest = max(deepest, count)
    return deepest > _OPEN or sum(open_by_tag.values()) > _OPEN


def _stripped(source: str) -> str:
    return html.unescape(_ANY_TAG.sub(" ", _UNSEEN.sub(" ", source)))
