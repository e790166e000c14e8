"""No mail takes long, much memory or the reader down."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mail.reading import parse
from mail.reading.limits import DEFAULT
from tests.mail.hostile import KINDS
from tests.mail.hostile.__main__ import Cost
from tickets.letter import Letter


@pytest.fixture(scope="module")
def figures() -> dict[str, Cost]:
    command = [sys.executable, "-m", "tests.mail.hostile", "--json"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=300)  # noqa: S603 - our own module
    return {kind: Cost(**cost) for kind, cost in json.loads(done.stdout).items()}


def _read(kind: str) -> Letter:
    return parse.read(KINDS[kind]())


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_mail_costs_many_seconds_of_the_processor(
    kind: str, figures: dict[str, Cost]
) -> None:
    assert figures[kind].seconds < 10  # what it is held against takes 19, or never ends


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_mail_takes_less_than_300_mb(
    kind: str, figures: dict[str, Cost]
) -> None:
    assert figures[kind].mebibytes < 300


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_mail_is_understood_as_far_as_it_goes(
    kind: str, figures: dict[str, Cost]
) -> None:
    assert not [one for one in figures[kind].defects if "beyond" in one]


def test_what_was_left_out_is_said() -> None:
    letter = _read("20,000 recipients")
    assert len(letter.to) == 500
    assert "more addresses than are kept" in letter.defects
    letter = _read("50,000 references")
    assert letter.references[0] == "<0@example.org>"
    assert len(letter.references) == 100
    assert "more Message-IDs than are kept" in letter.defects


def test_a_text_that_is_cut_is_kept_whole_as_a_file() -> None:
    letter = _read("30 MB of one-character lines")
    assert len(letter.text) == 500_000
    assert [len(file.content) for file in letter.files] == [30_000_000]


def test_headers_after_a_huge_one_are_still_read() -> None:
    letter = _read("50,000 references")
    assert letter.author is not None
    assert letter.author.address == "a@example.org"


@pytest.mark.parametrize(
    "kind",
    [
        "100,000 files",
        "winmail.dat with 100,000 files",
        "a digest of 100,000 mails",
    ],
)
def test_files_beyond_the_limit_are_left_out(kind: str) -> None:
    assert len(_read(kind).files) == DEFAULT.files


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("winmail.dat that lies about sizes", "winmail.dat"),
        ("winmail.dat with a million attributes", "winmail.dat"),
        ("signed in ten million pieces", "smime.p7m"),
        ("CMS nested without end", "smime.p7m"),
        ("compressed CMS that grows to 200 MB", "smime.p7m"),
        ("a zip that grows to 100 MB", "bomb.zip"),
    ],
)
def test_a_parcel_that_would_cost_too_much_stays_closed(kind: str, name: str) -> None:
    assert [one.name for one in _read(kind).files] == [name]


def test_uuencoded_files_beyond_the_limit_stay_in_the_text() -> None:
    letter = _read("100,000 uuencoded files")
    assert len(letter.files) == DEFAULT.files  # the text among them, which is cut
    assert letter.text.startswith("begin 644 x")


def test_rich_text_that_grows_is_cut() -> None:
    assert len(_read("winmail.dat with a million braces").text) <= DEFAULT.text
