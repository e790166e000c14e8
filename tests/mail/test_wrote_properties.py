"""Whatever comes, parting a text loses nothing and takes little time."""

# ruff: noqa: E501 - the lines are as long as programs write them
from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.quotes import wrote

PIECES = st.sampled_from(
    [
        "Привет", "On Tue, Mar 3, 2026 at 9:15 AM P <p@corp.example> wrote:", "> цитата",
        "От: Пётр <p@corp.example>", "Дата: 03.03.2026 9:15", "Тема: x", "-- ", "--", "",
        "С уважением,", "Анна Белых", "Отправлено с iPhone", "____", "wrote:", "> > on",
        "-----Original Message-----", "---------- Forwarded message ---------", "P.S. ещё",
        "<p@corp.example>", ">", "12.03.2026 10:00", "Пётр Сомов пишет:", "ПС> да", "a b",
        "13.07 Пётр написал:", "_" * 32, "Служба поддержки <d@corp.example> пишет:",
        "Sent: 9:15 From: P <p@corp.example> To: a@b.example Subject: x", "Анна",
        "да -----Original Message----- From: P", "Письмо конфиденциально, адресат удалит",
        "\u200b", "\xa0", "да On Tue, Mar 3, 2026 at 9:15 AM P <p@corp.example> wrote:",
    ]
)  # fmt: skip
LINES = st.lists(PIECES | st.text(max_size=30), max_size=30)
SIZE = 500_000
HOSTILE = {
    "prose": "Слова и слова в обычной строке письма, довольно длинной.\n",
    "one line": "x",
    "empty lines": "\n",
    "short lines": "a\n",
    "quotes": "> quote\n",
    "a deep quote": ">",
    "answers in between": "> a\nb\n",
    "introductions": "On Mon, 5 May 2025 at 10:00, Bob <bob@corp.example> wrote:\n",
    "introductions and quotes": "5 May 2025, 10:00, Bob <b@corp.example>:\n> q\n\na\n",
    "almost introductions": "12.05.2026 слово за словом написал слово a@b.cc слово:\n",
    "lines that begin as such": "On 5 May 2025 at 10:00 something happened, a@b.c\n",
    "headers": "From: a\n",
    "almost headers": "Date: a\nTo: b\n\n",
    "farewells": "С уважением, Иван\n",
    "dashes": "--\n",
    "dashes and signatures": "-- \nx\n",
    "drawn lines": "_" * 70 + "\n",
    "telephones": "Sent from my iPhone\n",
    "almost telephones": "Sent from my x, y\n",
    "open brackets": "(" * 60 + ":\n",
    "quotation marks": '"' * 60 + ":\n",
    "numbers": "1 " * 60 + ":\n",
    "at signs": "a@" * 60 + ":\n",
    "dots": "On 1 a@" + "a." * 60 + ":\n",
    "blanks": " " * 450 + "x\n",
    "headers in one line": "From: a To: b Sent: 10:00 Subject: c From: a To: b@c.example\n",
    "names below lines": "_" * 30 + "\nFrom: a\n",
    "lawyers": "Внимание конфиденциально " * 10 + "\n",
    "times and names": "1.1.2026 10:00 " + "от " * 100 + "Я <a@b:\n",
    "quotes that introduce themselves": "> On 5 May 2025 at 10:00, Bob wrote:\nx\n",
    "original messages within lines": "a -----Original Message----- b\n",
    "desks": "Отдел поддержки " * 25 + "пишет:\n",
}


@given(LINES)
def test_every_word_is_written_or_quoted(lines: list[str]) -> None:
    text = "\n".join(lines).replace("\x0e", "")
    found = wrote.part(text)
    kept = Counter(found.text.split()) + Counter(found.quoted.split())
    assert kept == Counter(text.split())
    assert found.text.strip() or not text.strip()


@given(LINES, st.lists(st.sampled_from(["анна", "аннабелых", "привет"]), max_size=3))
def test_no_word_is_lost_with_a_signature(lines: list[str], signed: list[str]) -> None:
    text = "\n".join(lines).replace("\x0e", "")
    found = wrote.part(text, signed=signed)
    kept = Counter(found.text.split()) + Counter(found.quoted.split())
    assert kept == Counter(text.split())
    assert found.text.strip() or not text.strip()


@given(LINES)
def test_a_text_that_is_told_to_forward_keeps_what_it_forwards(
    lines: list[str],
) -> None:
    text = "\n".join(lines).replace("\x0e", "")
    found = wrote.part(text, forwards=True)
    assert not found.forward or found.text == text


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_is_parted_fast(piece: str) -> None:
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]
    began = time.process_time()
    wrote.part(text)
    assert time.process_time() - began < 0.5  # 0.1 s on a machine with nothing else
