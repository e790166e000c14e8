"""Cleaned HTML turned into text that reads well: lines, lists, rows, links, quotes."""

from __future__ import annotations

import html
import re

from mail.quotes import said

_PIECE = re.compile(r"<(/?)([a-z][a-z0-9]*)((?>(?:[^>\"]|\"[^\"]*\")*))>|([^<]+)")
_HREF = re.compile(r' href="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
_QUOTE = re.compile(r' (?:type="cite"|cite="|class="[^"]*quote)')
_BEGIN, _INTRODUCE = "quote-begins|yahoo_quoted", "gmail_attr|moz-cite-prefix"
_BEGINS = re.compile(rf' class="[^"]*\b(?:{_BEGIN})\b')
_INTRODUCES = re.compile(rf' class="[^"]*\b(?:{_INTRODUCE})\b')
_TELLS = re.compile(rf'<blockquote|class="[^"]*\b(?:{_BEGIN}|{_INTRODUCE})\b')
_DRAWN = 'class="gmail_quote'
_ANSWERS = re.compile(r'<div [^<>]{0,80}class="gmail_(?:quote|attr|extra)')
_BLANKS = re.compile(r"[ \t\r\n\f\x00-\x08]+")

MARK = "\x0e"  # where a class says that a quote or the words above it begin

# Marks between pieces, weakest first; the strongest of neighbours decides.
_LINE, _PARAGRAPH, _CELL, _ROW, _TABLE = "\x01", "\x02", "\t", "\x03", "\x04"
_DEEPER, _HIGHER = "\x05", "\x06"
_GAP = re.compile(r"[ \xa0\n\t\x01-\x04]+")
_LINES = re.compile(r"\n{3,}")
_DEPTH = re.compile(r"([\x05\x06])")
_DEEPEST = 5
_BREAKS = " \xa0\n\t\x01\x02\x03\x04\x05\x06"
_ENDS = re.compile(r"[\n\t\x01-\x06]")
_TAIL, _PIECES, _TRIES = 400, 60, 80

_MARKS = {
    **dict.fromkeys(("caption", "center", "dd", "div", "dt", "li"), _LINE),
    **dict.fromkeys(("blockquote", "dl", "ol", "p", "pre", "ul"), _PARAGRAPH),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _PARAGRAPH),
    "table": _TABLE,
    "tr": _ROW,
}


def read(cleaned: str, *, marked: bool = False) -> str:
    """Return the text of a page that ``markup.clean`` made; takes linear time.

    Where the page's classes say that a quote begins stands a ``MARK`` if asked for:
    alone in a line above the quote, or before the line that introduces it.
    """
    page = _Page(marked=marked, answers=bool(_ANSWERS.search(cleaned)))
    for match in _PIECE.finditer(cleaned):
        if match[4]:
            page.text(html.unescape(match[4]))
        elif match[1]:
            page.close(match[2])
        else:
            page.open(match[2], match[3])
    return page.whole()


def tells_quotes(cleaned: str) -> bool:
    """Say whether a page's markup may know of a quote that its words do not show."""
    return bool(_TELLS.search(cleaned))


class _Page:
    """Text and marks, put together from the pieces of a page."""

    def __init__(self, *, marked: bool, answers: bool) -> None:
        self._marked = marked
        self._answers = answers
        self._out: list[str] = []
        self._link = ""
        self._link_at = 0
        self._pre = 0
        self._lists: list[int] = []
        self._quotes: list[str] = []
        self._tries = 0

    def text(self, text: str) -> None:
        text = text.replace(MARK, "")
        kept = text.replace(" ", "\xa0") if self._pre else _BLANKS.sub(" ", text)
        self._out.append(kept)

    def open(self, tag: str, attributes: str) -> None:
        self._out.append(self._mark(tag))
        if self._marked and "class=" in attributes:
            self._out.append(_quote_mark(attributes))
        match tag:
            case "a":
                href = _HREF.search(attributes)
                self._link = html.unescape(href[1]) if href else ""
                self._link_at = len(self._out)
            case "img":
                alt = _ALT.search(attributes)
                self._out.append(html.unescape(alt[1]) if alt else "")
            case "ol" | "ul":
                self._lists.append(0 if tag == "ol" else -1)
            case "li":
                self._out.append(self._bullet())
            case "pre":
                self._pre += 1
            case "blockquote":
                self._quotes.append(self._depth(attributes))
                self._out.append(self._quotes[-1])
            case _:
                pass

    def close(self, tag: str) -> None:
        match tag:
            case "a":
                self._out.append(self._target())
            case "ol" | "ul" if self._lists:
                self._lists.pop()
            case "td" | "th":
                self._out.append(_CELL)
            case "pre":
                self._pre -= 1
            case "blockquote" if self._quotes:
                self._out.append(_HIGHER if self._quotes.pop() else "")
            case _:
                pass
        self._out.append(self._mark(tag))

    def whole(self) -> str:
        text = _LINES.sub("\n\n", _GAP.sub(_gap, "".join(self._out)))
        if _DEEPER in text:
            text = _quoted(text)
        return text.strip(" \n").replace("\xa0", " ").rstrip()

    def _mark(self, tag: str) -> str:
        if tag == "br":
            return "\n"
        if tag == "hr":
            return "\n----\n"
        if self._lists and tag in {"ol", "ul"}:
            return _LINE
        return _MARKS.get(tag, "")

    def _depth(self, attributes: str) -> str:
        """Return the mark of a deeper quote, unless the text is only indented.

        Gmail's button to quote draws what its answers do, with no word of who wrote.
        """
        drawn = _DRAWN in attributes and not self._answers
        quoted = _QUOTE.search(attributes) or self._is_introduced()
        return _DEEPER if quoted and not drawn else ""

    def _is_introduced(self) -> bool:
        """Say whether the line above tells who wrote what is indented."""
        self._tries += 1
        return self._tries < _TRIES and said.introduces(self._last_line())

    def _last_line(self) -> str:
        """Return the last line that shows something, its end if it is long."""
        tail = ""
        for piece in self._out[: -_PIECES - 1 : -1]:
            tail = piece[-_TAIL:] + tail
            if len(tail) > _TAIL or _ENDS.search(tail.strip(_BREAKS)):
                break
        return _ENDS.split(tail.strip(_BREAKS))[-1].strip()

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _target(self) -> str:
        """Name where a link leads, unless its text does so already."""
        link, self._link = self._link, ""
        shown = "".join(self._out[self._link_at :]).strip()
        bare = link.removeprefix("mailto:").removeprefix("tel:")
        if not link or bare.rstrip("/") in _spellings(shown):
            return ""
        return f" <{bare}>" if shown else bare


def _quote_mark(attributes: str) -> str:
    if _BEGINS.search(attributes):
        return f"\n{MARK}\n"
    return MARK if _INTRODUCES.search(attributes) else ""


def _spellings(shown: str) -> tuple[str, ...]:
    shown = shown.rstrip("/")
    return (shown, f"http://{shown}", f"https://{shown}")


def _gap(match: re.Match[str]) -> str:
    """Turn a run of blanks and marks into the break that the strongest asks for."""
    run = match[0]
    if run.isspace() and "\n" not in run and _CELL not in run:
        return run
    indent = run[len(run.rstrip("\xa0")) :]
    if _TABLE in run:
        return f"\n\n{indent}"
    if _ROW in run:
        return f"\n{indent}"
    if _CELL in run:
        return "\t"
    if _PARAGRAPH in run:
        return f"\n\n{indent}"
    return "\n" * max(run.count("\n"), 1) + indent


def _quoted(text: str) -> str:
    out = []
    depth = 0
    for piece in _DEPTH.split(text):
        if piece in {_DEEPER, _HIGHER}:
            depth += 1 if piece == _DEEPER else -1
        elif depth > 0 and piece.strip():
            prefix = "> " * min(depth, _DEEPEST)
            lines = piece.strip("\n").split("\n")
            out.append("\n".join(prefix + line for line in lines) + "\n")
        elif depth <= 0:
            out.append(piece)
    return _LINES.sub("\n\n", "".join(out))
