"""What templates do to the words of others before they show them."""

from __future__ import annotations

import re
from html import escape

# C0 and C1 controls, line separators, and the marks that turn the direction of
# the text after them: a name could make an address beside it read backwards.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_REPLY = re.compile(
    r"\s*(?:(?:re|aw|sv|отв|ответ)(?:\[\d{1,3}\])?\s*:\s*)+", re.IGNORECASE
)
_LINK = re.compile(r"(?:https?://|www\.)(?=[\w\[])[^\s<>\"«»“”]{1,2000}", re.IGNORECASE)
_AFTER_LINK = frozenset(".,;:!?'*…")
_OPENING = {")": "(", "]": "["}
_GAP = re.compile(r"^[ \t]+|(?<= ) ", re.MULTILINE)


def line(value: object, limit: int = 200) -> str:
    """Return the value on one line of at most ``limit`` characters."""
    text = " ".join(_HIDDEN.sub(" ", str(value)).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def bare(subject: str) -> str:
    """Return a subject without the Re: of the answers before this one."""
    found = _REPLY.match(subject)
    return subject[found.end() :] if found else subject


def prose(text: str) -> str:
    """Return a message as HTML: escaped, its line breaks, indents and links kept."""
    text = _GAP.sub(lambda gap: "\N{NO-BREAK SPACE}" * len(gap[0]), text)
    parts: list[str] = []
    done = 0
    for found in _LINK.finditer(text):
        link = _trimmed(found[0])
        parts += (escape(text[done : found.start()]), _anchor(link))
        done = found.start() + len(link)
    parts.append(escape(text[done:]))
    return "".join(parts).replace("\n", "<br>\n")


def _anchor(link: str) -> str:
    target = link if link[:4].lower() == "http" else f"http://{link}"
    return f'<a href="{escape(target)}">{escape(link)}</a>'


def _trimmed(link: str) -> str:
    """Leave out the punctuation of the sentence that the link stands in."""
    while link[-1] in _AFTER_LINK or _closes_too_much(link):
        link = link[:-1]
    return link


def _closes_too_much(link: str) -> bool:
    opening = _OPENING.get(link[-1])
    return opening is not None and link.count(opening) < link.count(link[-1])
