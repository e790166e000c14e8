"""The kept mails, read from where they lie: they are no part of this project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "shared" / "corpus"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One mail and what its project asserts about it."""

    name: str
    source: str
    kind: str
    language: str
    raw: bytes
    expect: dict[str, Any]
    text: str | None = None  # a text that was kept without a mail around it

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the text may be cut."""
        wanted = self.expect.get("reply_text")
        return wanted is not None and wanted.split() == (self.text or "").split()

    @property
    def is_ordinary(self) -> bool:
        """Whether it is a mail and no report on a delivery."""
        report = self.kind == "bounce" or b"delivery-status" in self.raw
        return self.text is None and not report


def cases(kind: str | None = None) -> Iterator[Case]:
    """Yield the mails of one kind, or of all; none where they are not kept."""
    index = FOLDER / "cases.jsonl"
    if not index.exists():
        return
    for line in index.read_text().splitlines():
        row = json.loads(line)
        if kind in {None, row["kind"]}:
            yield _case(row)


def _case(row: dict[str, Any]) -> Case:
    raw = (FOLDER / row["raw_path"]).read_bytes()
    text = None if row["raw_kind"] == "eml" else raw.decode()
    return Case(
        name=row["id"],
        source=row["source"],
        kind=row["kind"],
        language=row.get("lang", ""),
        raw=raw if text is None else _mail(text, row["raw_kind"]),
        expect=row["expect"],
        text=text,
    )


def _mail(text: str, form: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "somebody@example.org", "Re: Something"
    mail.set_content(text, subtype="html" if form == "html" else "plain", cte="base64")
    return mail.as_bytes()
