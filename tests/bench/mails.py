"""The mails that the desk is measured with: made up, and the same in every run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

SUPPORT = "support@example.org"
SENDERS = 100
FILE_BYTES = 50 * 1024
#: So many mails lie at least between a mail and the answer to it.
APART = 20
_WORDS = {
    "ru": (
        "Здравствуйте принтер не печатает после обновления сервера склад накладная "
        "просим помочь ошибка при входе отчёт не строится касса смена терминал завис "
        "спасибо вчера работало сегодня нет связи с базой обмен документами прервался"
    ),
    "en": (
        "Hello the printer does not print since the server update warehouse invoice "
        "please help error at login the report is not built till shift terminal hangs "
        "thanks it worked yesterday no link to the database exchange of documents"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a mail is to be; ``tag`` and ``parent`` say what it answers."""

    sender: int
    tag: str = ""
    parent: str = ""
    has_file: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A mail of the set."""

    sender: int
    message_id: str
    content: bytes


def address(sender: int) -> str:
    return f"person{sender:03}@partner{sender % 25:02}.example"


class Hand:
    """Writes mails; the same seed writes the same ones."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0
        self.chance = random.Random(seed)  # noqa: S311 # nothing is kept secret by it

    def write(self, draft: Draft) -> Made:
        self._count += 1
        words = _WORDS["ru" if draft.sender % 2 else "en"].split()
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Partner {draft.sender} <{address(draft.sender)}>"
        mail["To"] = SUPPORT
        topic = " ".join(self.chance.choices(words, k=5))
        mail["Subject"] = f"Re: [{draft.tag}] {topic}" if draft.tag else topic
        mail["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
        own_id = f"<{self._seed}.{self._count}@partner.example>"
        mail["Message-ID"] = own_id
        if draft.parent:
            mail["In-Reply-To"] = mail["References"] = draft.parent
        self._fill(mail, words)
        if draft.has_file:
            self._attach(mail)
        return Made(sender=draft.sender, message_id=own_id, content=mail.as_bytes())

    def _fill(self, mail: EmailMessage, words: list[str]) -> None:
        lines = [" ".join(self.chance.choices(words, k=9)) for _ in range(20)]
        mail.set_content("\n".join(lines))
        if self.chance.random() < 0.5:
            page = "".join(f"<p>{line}</p>" for line in lines)
            mail.add_alternative(f"<html><body>{page}</body></html>", subtype="html")

    def _attach(self, mail: EmailMessage) -> None:
        mail.add_attachment(
            self.chance.randbytes(FILE_BYTES),
            maintype="application",
            subtype="octet-stream",
            filename=f"report-{self._count}.bin",
        )


def first_letters() -> list[Made]:
    """Return a mail from every second sender: partners who are known already."""
    hand = Hand(0)
    return [hand.write(Draft(sender=sender)) for sender in range(0, SENDERS, 2)]


def letters(count: int, *, seed: int, known: Mapping[str, str]) -> list[Made]:
    """Return a set: three of five new, the rest answers, three of ten with a file.

    ``known`` has the numbers of the first letters' tickets by Message-ID. A third
    of the answers name such a ticket by its tag alone, a third by tag and
    In-Reply-To; a third has the Message-ID of an earlier mail of this set.
    """
    hand = Hand(seed)
    chance = hand.chance
    answers = set(chance.sample(range(APART, count), count * 2 // 5))
    with_file = set(chance.sample(range(count), count * 3 // 10))
    firsts = [one for one in first_letters() if one.message_id in known]
    made: list[Made] = []
    for place in range(count):
        draft = Draft(sender=place * 37 % SENDERS)
        if place in answers:
            kind = chance.choice(("id", "tag", "both") if firsts else ("id",))
            parent = chance.choice(
                made[: place - APART + 1] if kind == "id" else firsts
            )
            draft = Draft(
                sender=parent.sender,
                parent="" if kind == "tag" else parent.message_id,
                tag="" if kind == "id" else known[parent.message_id],
            )
        made.append(hand.write(replace(draft, has_file=place in with_file)))
    return made


def write_folder(folder: Path, mails: list[Made]) -> None:
    """Write the mails as files whose names keep their order."""
    folder.mkdir(parents=True)
    for place, mail in enumerate(mails):
        (folder / f"{place:05}.eml").write_bytes(mail.content)
