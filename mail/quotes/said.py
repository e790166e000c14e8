"""The line above a quote that says who wrote it and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.quotes import dates, tongues

_F = re.IGNORECASE
_ADDRESS = re.compile(r"[^\s<>@\[\]()]@[\w.-]+\.\w")
_WROTE = re.compile(rf"(?<!\w)(?:{tongues.WROTE})(?!\w)|{tongues.WROTE_EAST}", _F)
_LEAD = (
    rf"(?:{tongues.LEADS})\b(?:\s(?:{tongues.WEEKDAYS})\b)?"
    rf"|(?:{tongues.WEEKDAYS})[.,]*\s|[^\W\d_]{{2,12}}[.,]{{0,2}}\s(?=\d)"
)
_DRAWN_BEFORE = r"(?>[-–—*_\s]{0,12})"
_START = re.compile(rf"{_DRAWN_BEFORE}(?:\d|{_LEAD})", _F)
_OPENS = re.compile(rf"{_DRAWN_BEFORE}(?:{_LEAD})", _F)
_ON_A_DAY = re.compile(
    rf"{_DRAWN_BEFORE}(?:(?:{tongues.LEADS})\s)?(?:{tongues.WEEKDAYS})\b", _F
)
_TAIL = re.compile(rf">\s*(?:{tongues.WROTE})?\s*[:：]\Z", _F)
_COLON = re.compile(r"[:：][\s*_]*\Z|(?:wrote|skrev)[\s*–—-]*\Z", _F)
_ASIDE = re.compile(r"<[^<>]*>|\"[^\"]*\"|«[^»]*»|\([^()]*\)|\[[^\[\]]*\]|\S*@\S*")
_WORD = re.compile(r"[^\W\d_]+")
_GIVEN = re.compile(rf"\b(?:{tongues.GIVEN}|\w{{3,}}(?:вич|вна|івна))\b", _F)
_SURE = re.compile(
    rf"{dates.TIME.pattern}|{_ADDRESS.pattern}|\b(?:you|вы|ви)\b|{_GIVEN.pattern}", _F
)
_DESK = re.compile(tongues.DESKS)
_THING = re.compile(rf"(?!{tongues.DESKS})(?i:(?:{tongues.THINGS})\b)")
# What Gmail puts between the day and a name.
_USER = re.compile(
    r"\d\s?[гр]\.,?(?:\s[во])?(?:\s\d\d?:\d\d)?\s(?:пользователь|користувач)\s", _F
)
_UNNAMED = re.compile(r"[\d\W]*\d[\d\W]*")
# A name with an address right behind the time, as programs alone write it.
_SENDER = re.compile(
    r"\d[:.]\d\d(?>(?:[\W\d_]|(?i:am|pm|дп|пп|gmt|utc|от|від|об|user|пользователь"
    r"|користувач)\b)*)[^\W\d_a-zа-яёіїєґ][^<>@]{0,80}<\s?[^<>\s]+@[^<>]+>"
    rf"\s*(?i:{tongues.WROTE})?\s*[:：]\Z"
)
_NAMES = re.compile(r"(?:[^\W\d_][\w.’'-]*[\s,]+){1,4}\Z")
_SENT_BY = re.compile(rf"@[^<>]*>\s*(?:{tongues.WROTE})\b", _F)
_TALL, _LONG, _ONE_LINE = 5, 400, 120
_DRAWN = "*_ -–—"
_DAY_AND_MONTH = "0123456789.,:/ "
_LAST = (":", "：", ">", "wrote", "skrev", "написал", "пишет")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Lines joined that may say who wrote what stands below them."""

    text: str
    below: bool  # the next line begins with ">"
    alone: bool  # a paragraph of its own begins here
    starts: bool  # with a date, or as such words do
    dated: bool
    addressed: bool
    wrote: re.Match[str] | None

    @property
    def closes(self) -> bool:
        return bool(_COLON.search(self.text))

    @property
    def names(self) -> bool:
        """Whether there are names only, rather than a sentence."""
        return not self.small_words

    @property
    def small_words(self) -> int:
        """How many words are there that names do not have."""
        rest = _OPENS.sub(" ", _ASIDE.sub(" ", self.text), count=1)
        rest = _DESK.sub(" ", _WROTE.sub(" ", dates.DAY.sub(" ", rest)))
        return sum(
            word[0].islower() and word not in tongues.SMALL
            for word in _WORD.findall(rest)
        )


def read(text: str, *, below: bool, alone: bool) -> Said:
    return Said(
        text=text,
        below=below,
        alone=alone,
        starts=bool(_START.match(text)),
        dated=bool(dates.DAY.search(text)),
        addressed="@" in text and bool(_ADDRESS.search(text)),
        wrote=_WROTE.search(text),
    )


def end(lines: Sequence[str], at: int) -> int | None:
    """Return the line below such words that begin at a line; None if none do."""
    if not (may_end(lines[at]) or _may_begin(lines[at]) or wraps(lines, at)):
        return None
    text = ""
    above = lines[at - 1] if at else ""
    for place in range(at, min(at + _TALL, len(lines))):
        line = lines[place]
        if not _goes_on(lines, at, place):
            return None
        text = f"{text} {line}".strip()
        if len(text) > _LONG:
            return None
        if may_end(line):
            below = _is_quoted(lines, place + 1)
            words = read(text, below=below, alone=not above)
            if any(rule(words) for _, rule in RULES):
                return None if _begins_later(lines, at, place) else place + 1
    return None


def introduces(line: str) -> bool:
    """Say whether a line alone tells of the quote that stands right below it."""
    if not may_end(line):
        return False
    words = read(line, below=True, alone=True)
    return any(rule(words) for _, rule in RULES)


def may_end(line: str) -> bool:
    """Say whether such words may end with a line."""
    words = line.rstrip(_DRAWN)
    return words.endswith(_LAST) or (bool(words) and line.endswith("--"))


def _may_begin(line: str) -> bool:
    """Say whether such words may begin with a line, and go on in the next one."""
    return bool(_START.match(line)) or (">" in line and bool(_SENT_BY.search(line)))


def wraps(lines: Sequence[str], at: int) -> bool:
    """Say whether an address stands alone in the next line."""
    return at + 1 < len(lines) and lines[at + 1].startswith("<")


def _begins_later(lines: Sequence[str], at: int, place: int) -> bool:
    """Say whether the first lines are a text that such words stand right below."""
    if _SENT_BY.search(lines[at]):
        return False
    later = (i for i in range(at + 1, place + 1) if _START.match(lines[i]))
    return any(dates.DAY.search(lines[i]) and end(lines, i) for i in later)


def _goes_on(lines: Sequence[str], at: int, place: int) -> bool:
    """Say whether words that began may go on in a line."""
    line = lines[place]
    if place == at:
        return True
    if not line:
        return place + 1 < len(lines) and lines[place + 1].startswith("<")
    return not line.startswith(">") or bool(_TAIL.match(line))


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    nearby = lines[at : at + 5]
    line = next(filter(None, nearby), "")
    return line.startswith(">") and not _TAIL.match(line)


def _dated_names(said: Said) -> bool:
    if not (said.starts and said.dated and said.wrote):
        return False
    if said.below:
        return said.addressed or not _by_thing(said)
    if not (said.closes or said.text.endswith("-")):
        return False
    if said.addressed and (dates.TIME.search(said.text) or _TAIL.search(said.text)):
        return True
    return _is_by_program(said) or (said.names and bool(_SURE.search(said.text)))


def _is_by_program(said: Said) -> bool:
    """Say whether a date and a name are put as programs put them, nicknames too."""
    by_user = said.closes and _USER.search(said.text)
    return bool(by_user or (_ON_A_DAY.match(said.text) and said.small_words <= 1))


def _by_thing(said: Said) -> bool:
    """Say whether the words right before "wrote" name a program and no person."""
    words = said.text[: said.wrote.start()] if said.wrote else ""
    if _USER.search(words):
        return False
    return bool(_THING.match(_UNNAMED.split(words)[-1]))


def _dated_address(said: Said) -> bool:
    if not (said.starts and said.dated and said.addressed):
        return False
    if said.below or (said.closes and said.names):
        return True
    return bool(_SENDER.search(said.text))


def _address_wrote(said: Said) -> bool:
    if not (said.addressed and said.wrote and said.closes):
        return False
    return said.below or (said.names and not _THING.match(said.text))


def _time_above_quote(said: Said) -> bool:
    if not (said.dated and said.below and said.closes and dates.TIME.search(said.text)):
        return False
    return (said.starts or bool(_GIVEN.search(said.text))) and said.names


def _address_above_quote(said: Said) -> bool:
    above = said.below and said.addressed and said.closes
    return above and said.names and not _THING.match(said.text)


def _wrote_above_quote(said: Said) -> bool:
    if not (said.below and said.wrote and len(said.text) < _ONE_LINE):
        return False
    words = said.text.strip(_DRAWN)
    if not (said.closes or words != said.text):
        return False
    name = words.partition(said.wrote[0])[0].lstrip(_DAY_AND_MONTH)
    return name[:1].isupper() and said.names and not _THING.match(name)


def _dashed(said: Said) -> bool:
    text = said.text
    return bool(said.wrote) and text.startswith("--") and text.endswith("--")


def _known_name(said: Said) -> bool:
    if not (said.alone and said.wrote and said.closes):
        return False
    name = said.text[: said.wrote.start()]
    if said.text[said.wrote.end() :].strip(" :：") or _THING.match(name):
        return False
    return bool(_GIVEN.search(name) and _NAMES.match(name)) and said.names


RULES = (
    ("a date, a name and 'wrote'", _dated_names),
    ("a date and an address", _dated_address),
    ("an address and 'wrote'", _address_wrote),
    ("a date and a time above a quote", _time_above_quote),
    ("an address above a quote", _address_above_quote),
    ("'wrote' above a quote", _wrote_above_quote),
    ("'wrote' between dashes", _dashed),
    ("a person's name and 'wrote'", _known_name),
)
