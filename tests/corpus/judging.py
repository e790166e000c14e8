"""How a mail that was read differs from what its project expects."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.corpus.cases import Case
from tickets.letter import File, Letter


def differences(expect: dict[str, Any], letter: Letter) -> list[str]:
    """Name the points in which a letter is not what was expected."""
    author = letter.author
    got = {
        "subject": letter.subject,
        "from_addr": author.address if author else "",
        "from_name": author.name if author else "",
        "to": [mailbox.address for mailbox in letter.to],
        "attachments_count": len(letter.files),
    }
    wrong = [
        f"{point}: {got[point]!r}, not {expect[point]!r}"
        for point in got.keys() & expect.keys()
        if _folded(got[point]) != _folded(expect[point])
    ]
    wrong += _text_differences(expect, letter)
    wanted = expect.get("attachments", [])
    return wrong + [f"no file {each}" for each in wanted if not _found(each, letter)]


def _folded(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _text_differences(expect: dict[str, Any], letter: Letter) -> list[str]:
    folded = _folded(f"{letter.text}\n{letter.quoted}")
    if "body_text" in expect and folded == _folded(expect["body_text"]):
        return []
    runs = expect.get("body_contains", [expect.get("body_text", "")])
    return [f"text lacks {run!r}" for run in runs if _folded(run) not in folded]


def _found(wanted: dict[str, Any], letter: Letter) -> bool:
    return any(_is_that(wanted, file) for file in letter.files)


def _is_that(wanted: dict[str, Any], file: File) -> bool:
    got = {
        "filename": file.name,
        "mime": file.media_type,
        "size": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
    asked = {key: value for key, value in wanted.items() if value is not None}
    if "sha256" in asked:
        asked.pop("size", None)  # one source counts the encoded octets here
    return all(got[key] == value for key, value in asked.items())


def answer_differences(case: Case, letter: Letter, seconds: float) -> list[str]:
    """Name the points in which what was written is not what was expected."""
    expect, got = case.expect, _folded(letter.text)
    wrong = [
        f"lacks {each!r}"
        for each in expect.get("reply_contains", [])
        if _folded(each) not in got
    ]
    wrong += [
        f"has {each!r}"
        for each in expect.get("reply_not_contains", [])
        if _folded(each) in got
    ]
    if not got.startswith(_folded(expect.get("reply_prefix", ""))):
        wrong.append(f"begins with {got[:60]!r}")
    if _folded(expect.get("reply_text", got)) != got:
        wrong.append(f"is {letter.text[-300:]!r}")
    if seconds > expect.get("max_seconds", seconds):
        wrong.append(f"took {seconds:.2f} s")
    return wrong
