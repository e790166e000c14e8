"""No mail takes long, much memory or the reader down."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mail import parse
from tests.mail.hostile import KINDS


@pytest.fixture(scope="module")
def figures() -> dict[str, tuple[float, int]]:
    command = [sys.executable, "-m", "tests.mail.hostile"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)  # noqa: S603 - our own module
    found: dict[str, tuple[float, int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_mail_costs_many_seconds_of_the_processor(
    kind: str, figures: dict[str, tuple[float, int]]
) -> None:
    assert figures[kind][0] < 10  # what it is held against takes 19, or never ends


def test_hostile_mails_take_less_than_300_mb(
    figures: dict[str, tuple[float, int]],
) -> None:
    assert max(peak for _, peak in figures.values()) < 300


def test_what_was_left_out_is_said() -> None:
    letter = parse.read(KINDS["20,000 recipients"]())
    assert len(letter.to) == 500
    assert "more addresses than are kept" in letter.defects
    letter = parse.read(KINDS["50,000 references"]())
    assert letter.references[0] == "<0@example.org>"
    assert len(letter.references) == 100
    assert "more Message-IDs than are kept" in letter.defects


def test_a_text_that_is_cut_is_kept_whole_as_a_file() -> None:
    letter = parse.read(KINDS["30 MB of one-character lines"]())
    assert len(letter.text) == 500_000
    assert [len(file.content) for file in letter.files] == [30_000_000]


def test_headers_after_a_huge_one_are_still_read() -> None:
    letter = parse.read(KINDS["50,000 references"]())
    assert letter.author is not None
    assert letter.author.address == "a@example.org"
