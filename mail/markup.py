"""HTML of a mail: made harmless, and turned into text that reads well."""

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
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[!/?a-zA-Z][^<>]*>?")
_UNSEEN = re.compile(r"(?is)<(script|style|title)\b.*?(?:</\1\s*>|\Z)")
# Elements that the next one closes, or that hold nothing.
_SHALLOW = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link",
     "meta", "option", "p", "tbody", "td", "th", "thead", "tr"}
)  # fmt: skip
_OPEN = 300  # elements left open; a tree builder's work grows with their square
_META_CHARSET = rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)"
_CHARSET = re.compile(_META_CHARSET, re.IGNORECASE)

_PIECE = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:[^>\"]|\"[^\"]*\")*+)>|([^<]+)")
_HREF = re.compile(r' href="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_AROUND = re.compile(r"[ \t]*\n[ \t]*")
_LINES = re.compile(r"\n{3,}")
_PARAGRAPHS = frozenset(
    {"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table",
     "ul"}
)  # fmt: skip
_BLOCKS = frozenset({"caption", "center", "dd", "div", "dt", "li", "tr"})


def declared_charset(raw: bytes) -> str:
    """Return the charset that a page's own <meta> names, empty if none."""
    match = _CHARSET.search(raw, 0, 2048)
    return match[1].decode("ascii", "ignore") if match else ""


def clean(source: str) -> str:
    """Keep what shows text and pictures; no script, style, form or frame stays."""
    if _tangled(source):
        return html.escape(_stripped(source), quote=False).replace("\n", "<br>\n")
    return _CLEANER.clean(source)


def to_text(cleaned: str) -> str:
    """Turn cleaned HTML into text: lines, lists, tables' rows and links stay."""
    out = _Lines()
    for match in _PIECE.finditer(cleaned):
        if match[4]:
            out.text(html.unescape(match[4]))
        elif match[1]:
            out.close(match[2])
        else:
            out.open(match[2], match[3])
    return out.whole()


class _Lines:
    """Text put together from the pieces of a page, in one pass."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._link = ""
        self._link_at = 0
        self._pre = 0
        self._lists: list[int] = []

    def text(self, text: str) -> None:
        self._out.append(text if self._pre else _BLANKS.sub(" ", text))

    def open(self, tag: str, attributes: str) -> None:
        if tag == "a":
            href = _HREF.search(attributes)
            self._link = html.unescape(href[1]) if href else ""
            self._link_at = len(self._out)
        elif tag == "img":
            alt = _ALT.search(attributes)
            self._out.append(html.unescape(alt[1]) if alt else "")
        elif tag in {"ol", "ul"}:
            self._lists.append(0 if tag == "ol" else -1)
        self._pre += tag == "pre"
        self._out.append(self._mark(tag))

    def close(self, tag: str) -> None:
        if tag == "a":
            self._out.append(self._target())
        elif tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        self._pre -= tag == "pre"
        if tag in {"td", "th"}:
            self._out.append("\t")
        elif tag in _PARAGRAPHS:
            self._out.append("\n\n")
        elif tag in _BLOCKS:
            self._out.append("\n")

    def whole(self) -> str:
        text = "".join(self._out).replace("\xa0", " ").replace("\0", "")
        text = _AROUND.sub("\n", re.sub(r"\t(?=\s|$)", "", text))
        return _LINES.sub("\n\n", text).strip().replace("\0", "")

    def _mark(self, tag: str) -> str:
        if tag == "br":
            return "\n"
        if tag == "hr":
            return "\n----\n"
        if tag == "li":
            return f"\n{self._bullet()} "
        if tag in _PARAGRAPHS:
            return "\n\n"
        return "\n" if tag in _BLOCKS else ""

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "-"
        self._lists[-1] += 1
        return f"{self._lists[-1]}."

    def _target(self) -> str:
        """Name where a link leads, unless its text does so already."""
        link, self._link = self._link, ""
        shown = "".join(self._out[self._link_at :]).strip()
        bare = link.removeprefix("mailto:").removeprefix("tel:")
        if not link or bare.rstrip("/") in {
            shown,
            f"http://{shown}",
            f"https://{shown}",
        }:
            return ""
        return f" <{bare}>" if shown else bare


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
