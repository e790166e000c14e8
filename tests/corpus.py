"""Mails that other projects keep, read by ours and compared with what they expect.

``python -m tests.corpus`` prints the share of mails right in all scored points.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mail import parse
from tickets.letter import File, Letter

FOLDER = Path(__file__).parents[2] / "shared" / "corpus"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One mail and what its project asserts about it."""

    name: str
    source: str
    kind: str
    raw: bytes
    expect: dict[str, Any]


def cases(kind: str | None = None) -> Iterator[Case]:
    """Yield the mails of one kind, or of all; none where the corpus is not kept."""
    index = FOLDER / "cases.jsonl"
    if not index.exists():
        return
    for line in index.read_text().splitlines():
        row = json.loads(line)
        if row["raw_kind"] == "eml" and kind in {None, row["kind"]}:
            yield Case(
                name=row["id"],
                source=row["source"],
                kind=row["kind"],
                raw=(FOLDER / row["raw_path"]).read_bytes(),
                expect=row["expect"],
            )


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
    wrong += _text_differences(expect, letter.text)
    wanted = expect.get("attachments", [])
    return wrong + [f"no file {each}" for each in wanted if not _found(each, letter)]


def _folded(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _text_differences(expect: dict[str, Any], text: str) -> list[str]:
    folded = _folded(text)
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


def main() -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    lines = []
    for case in cases("parse"):
        wrong = differences(case.expect, parse.read(case.raw))
        total[case.source] += 1
        right[case.source] += not wrong
        lines += [case.name, *(f"    {each}" for each in wrong)] if wrong else []
    lines += [f"{source}: {right[source]} of {total[source]}" for source in total]
    share = right.total() / max(total.total(), 1)
    lines.append(f"right in all: {right.total()} of {total.total()}, {share:.1%}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
