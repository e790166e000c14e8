"""Subjects as a conversation keeps them, and those that tell none from another."""

from __future__ import annotations

import hashlib
import re

from tickets.wishes.vocabulary import EMPTY

#: What is read of a subject; what stands behind it still tells two apart.
_LONGEST = 1000
#: What mail programs put before a subject, and the tags of desks and mail servers.
_BEFORE = re.compile(
    r"\s*(?:"
    r"(?:re|aw|sv|vs|antw|odp|res|fwd?|fw|wg|tr|rv|отв|ответ|на|ha|пересл|переслано|пд|fs)"
    r"\s?(?:\[[0-9]{1,3}\]|\([0-9]{1,3}\))?\s?[:：]"
    r"|\[[^\[\]]{1,80}\]"
    r")",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
#: So many words must say something, lest strangers' requests be taken for one.
_TELLING = 2


def bare_subject(subject: str) -> str:
    """Return a subject without what answering and forwarding put before it."""
    subject, done = subject[:_LONGEST], 0
    while found := _BEFORE.match(subject, done):
        done = found.end()
    return subject[done:].strip()


def subject_key(subject: str) -> str | None:
    """Return what the mails of one conversation about this have in common.

    None if the subject says too little to know a conversation by. The key is a hash,
    short whatever the subject is.
    """
    plain = " ".join(bare_subject(subject).casefold().replace("ё", "е").split())
    telling = {one for one in _WORD.findall(plain) if one not in EMPTY}
    if len(telling) < _TELLING:
        return None
    rest = subject[_LONGEST:]
    return hashlib.sha256(f"{plain}\n{rest}".encode(errors="replace")).hexdigest()[:32]
