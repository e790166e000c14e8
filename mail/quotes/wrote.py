"""What a person wrote in a mail, set apart from what they quote and sign with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.quotes import closings, joined, marked, signatures
from mail.quotes.marked import Quote
from mail.quotes.openings import Kind, Opening, openings
from mail.quotes.prose import MARK

_LINES, _WIDTH = 6_000, 500  # beyond them nothing begins or ends
_ODD = re.compile(r"[\xa0\u202f\u2007\t\u200b-\u200f\u2060\ufeff]")
_UNSEEN = re.compile(r"[\u200b-\u200f\u2060\ufeff]+")
_INITIALS = re.compile(r"[А-ЯЁІЇЄҐ]{1,3}>")
_DRAWN = re.compile(r"[-–—_=*~\s]{3,}")
_INLINE = re.compile(
    r"\b(?:answers?|answered|comments?|repl(?:y|ies)|responses?|responded|see)\b.{0,30}"
    r"\b(?:inline|in-line|in\s+(?:red|blue|green|bold)|in\s+the\s+text)\b"
    r"|\b(?:my\s+)?(?:answers?|comments?|replies)\s+(?:are\s+)?below\b"
    r"|(?:ответ|отвеч|коммент|пояснени|відпов|комент)\w*.{0,30}"
    r"(?:ниже|нижче|в\s+тексте|по\s+тексту|у\s+тексті|красн|черв|син|цвет|кольор|жирн)"
    r"|(?:см\.?|смотрите)\s+(?:ниже|в\s+тексте|по\s+тексту)|ниже\s+по\s+тексту",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A text parted; nothing of it is lost, and ``forward`` is where one begins."""

    text: str
    quoted: str = ""
    forward: str = ""


def part(text: str, *, forwards: bool = False, signed: Sequence[str] = ()) -> Written:
    """Part a text; ``forwards`` says that the subject tells of a forwarded mail.

    ``signed`` are the signatures that its page names, as ``signatures`` lists them.
    Takes linear time. What would leave nothing is not set apart.
    """
    source = _source(text)
    bare = _bare(source) if _ODD.search(text) else _stripped(source)
    found = openings(bare)
    first = _first(bare, found)
    below = first.start if first else len(source)
    is_forward = first is not None and (forwards or first.kind is Kind.FORWARD)
    if first and (is_forward or _answers_inside(bare[:below], first)):
        forward = "\n".join(source[below:]) if is_forward else ""
        return Written(text=_clear(text), forward=forward)
    kept = _kept(bare, below, [one for one in found if one.end <= below])
    return _written(text, source, signatures.taken_off(bare, kept, signed))


def _source(text: str) -> list[str]:
    lines = text.split("\n", _LINES)
    return [piece for line in lines for piece in joined.parted(line)]


def _bare(lines: Sequence[str]) -> list[str]:
    return _stripped([_ODD.sub(" ", _UNSEEN.sub("", line[:_WIDTH])) for line in lines])


def _stripped(lines: Sequence[str]) -> list[str]:
    """Take the blanks off lines, and the initials that The Bat! quotes with."""
    stripped = [line[:_WIDTH].strip() for line in lines]
    return [
        line[line.index(">") :] if ">" in line[:5] and _INITIALS.match(line) else line
        for line in stripped
    ]


def _clear(text: str) -> str:
    return text.replace(f"{MARK}\n", "").replace(MARK, "")


def _first(lines: Sequence[str], found: Sequence[Opening]) -> Opening | None:
    """Return the opening below which all is another mail.

    Headers at the very top are no quote that something was written above.
    """
    for one in found:
        quoted = _next(lines, one.end).startswith(">") and one.kind is Kind.QUOTE
        written = any(lines[: one.start])
        if one.kind is Kind.FORWARD or (written and not quoted):
            return one
        if not written and not quoted:
            return None
    return None


def _answers_inside(above: Sequence[str], first: Opening) -> bool:
    return first.kind is Kind.QUOTE and bool(_INLINE.search(" ".join(above)[:5000]))


def _next(lines: Sequence[str], at: int) -> str:
    return next((line for line in lines[at : at + 5] if line), "")


def _kept(
    lines: Sequence[str], below: int, found: Sequence[Opening]
) -> list[tuple[int, int]]:
    """Return the runs of lines that were written, between what is quoted."""
    quotes = marked.runs(lines, below, found)
    runs = _between(lines, quotes, below)
    if _are_answers(lines, quotes, runs):
        return [(0, _last_end(lines, runs))]
    signed = [_unsigned(lines, run) for run in runs]
    kept = [run for run in signed if any(lines[run[0] : run[1]])]
    if len(kept) > 1 and _is_template(lines[slice(*kept[-1])]):
        kept.pop()
    if not kept or _is_content(lines, quotes, kept):
        return [_unsigned(lines, (0, below))]
    return kept


def _is_template(lines: Sequence[str]) -> bool:
    """Say whether lines below a quote are a signature that a program put there."""
    return sum(map(bool, lines)) > 1 and closings.closing(lines) == 0


def _are_answers(
    lines: Sequence[str], quotes: Sequence[Quote], runs: Sequence[tuple[int, int]]
) -> bool:
    """Say whether something is written between quotes, and so read with them."""
    if not quotes:
        return False
    first, last = quotes[0].end, quotes[-1].start
    between = (run for run in runs if first <= run[0] and run[1] <= last)
    return any(_unsigned(lines, run)[1] > run[0] for run in between)


def _last_end(lines: Sequence[str], runs: Sequence[tuple[int, int]]) -> int:
    """Return the line below the last thing written, signatures aside."""
    ends = (_unsigned(lines, run) for run in reversed(runs))
    return next(end for start, end in ends if end > start)


def _is_content(
    lines: Sequence[str], quotes: Sequence[Quote], runs: Sequence[tuple[int, int]]
) -> bool:
    """Say whether a quote that nobody introduces belongs to the text around it."""
    if not quotes or quotes[0].introduced:
        return False
    around = runs[0][0] < quotes[0].start and runs[-1][1] > quotes[-1].end
    return around or not _is_reply(lines, runs[0], quotes[0])


def _is_reply(lines: Sequence[str], run: tuple[int, int], quote: Quote) -> bool:
    """Say whether a quote is what was answered, not what the text announces."""
    if run[0] > quote.start:
        return True
    if sum(map(bool, lines[quote.start : quote.end])) == 1:
        return False
    last = next((lines[i] for i in range(quote.start - 1, -1, -1) if lines[i]), "")
    return not last.endswith((":", "："))


def _between(
    lines: Sequence[str], quotes: Sequence[Quote], below: int
) -> list[tuple[int, int]]:
    edges = [0, *(edge for one in quotes for edge in (one.start, one.end)), below]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in pairs if any(lines[a:b])]


def _written(
    text: str, source: Sequence[str], runs: Sequence[tuple[int, int]]
) -> Written:
    pieces = [_clear("\n".join(source[start:end])).strip("\n") for start, end in runs]
    edges = [0, *(edge for run in runs for edge in run), len(source)]
    between = zip(edges[::2], edges[1::2], strict=True)
    rest = [_clear("\n".join(source[start:end])).strip("\n") for start, end in between]
    quoted = "\n".join(piece for piece in rest if piece.strip())
    if not quoted or not any(piece.strip() for piece in pieces):
        return Written(text=_clear(text))
    return Written(text="\n\n".join(pieces).rstrip(), quoted=quoted)


def _unsigned(lines: Sequence[str], run: tuple[int, int]) -> tuple[int, int]:
    """Take the signature and the line drawn above a quote from a run of lines."""
    start, end = run
    below_quote = any(lines[:start])
    found = closings.closing(lines[start:end], below_quote=below_quote)
    end = end if found is None else start + found
    cut = end < len(lines)
    while end > start and (not lines[end - 1] or (cut and _is_drawn(lines[end - 1]))):
        end -= 1
    return (start, end)


def _is_drawn(line: str) -> bool:
    return bool(_DRAWN.fullmatch(line))
