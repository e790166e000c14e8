"""Names of files show what they are, and never lead anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.files.filenames import safe, unique


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("invoice.pdf                    .exe", "invoice.pdf .exe"),
        ("invoice.pdf\u2800\u2800\u3164\u00a0.exe", "invoice.pdf .exe"),
        ("invoice.pdf\u3000\u3164\u3000 .exe", "invoice.pdf .exe"),
        ("invoice.pdf \u200b \u200b .exe", "invoice.pdf .exe"),
        ("第132号\u3000案内.xlsx", "第132号\u3000案内.xlsx"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200b\u2066\u061c\u00ad.txt", "a.txt"),
        ("a\x00\x1b[31m.txt", "a[31m.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\Отчёт.docx", "Отчёт.docx"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("COM1 .txt", "_COM1 .txt"),
        ("console.txt", "console.txt"),
        ("report. . .", "report"),
        ('a<b>:"c|?*.txt', "a_b___c___.txt"),
        ("e\u0301.txt", "é.txt"),
        ("🙂.png", "🙂.png"),
        ("...", ""),
        ("\u3164\u200b", ""),
    ],
)
def test_a_name_is_shown_as_what_it_is(given_name: str, shown: str) -> None:
    assert safe(given_name) == shown


@pytest.mark.parametrize("letter", ["x", "ж", "🙂"])
def test_a_long_name_keeps_its_end(letter: str) -> None:
    name = safe(letter * 300_000 + ".docx")
    assert name.endswith(f"{letter}.docx")
    assert len(name.encode()) <= 240


def test_files_of_one_name_are_told_apart() -> None:
    names = ["image001.png"] * 3 + ["IMAGE001.png", "image001 (2).png", "note", "note"]
    assert unique(names) == [
        "image001.png",
        "image001 (2).png",
        "image001 (3).png",
        "IMAGE001 (4).png",
        "image001 (2) (2).png",
        "note",
        "note (2)",
    ]


@given(st.text())
def test_a_safe_name_is_safe_already(name: str) -> None:
    once = safe(name)
    assert safe(once) == once
    assert len(once.encode()) <= 240
    assert not {"/", "\\", "\n", "\x00"} & set(once)


@given(st.lists(st.sampled_from(["a.txt", "A.TXT", "a (2).txt", "b"])))
def test_no_two_names_are_alike(names: list[str]) -> None:
    told = unique(names)
    assert len({one.casefold() for one in told}) == len(names)
