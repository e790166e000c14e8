"""The mails of other projects are read as their authors expect."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from mail.reading import parse
from tests.corpus.__main__ import RUSSIAN, wrong_in
from tests.corpus.cases import Case, cases
from tests.corpus.disputed import DISPUTED

CASES = list(cases())
REACHED = 0.931
ANSWERS_REACHED = 0.95

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus is not kept here")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _strings(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from _strings(getattr(value, each.name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_mail_gives_strings_that_any_store_takes(case: Case) -> None:
    letter = parse.read(case.raw)
    assert not any("beyond" in defect for defect in letter.defects)
    for text in _strings(letter):
        text.encode()
        assert "\0" not in text


def _share(chosen: list[Case]) -> float:
    return sum(not wrong_in(case) for case in chosen) / len(chosen)


def test_the_share_of_mails_read_right_does_not_fall() -> None:
    mails = [one for one in CASES if one.kind == "parse"]
    assert _share(mails) >= REACHED
    assert _share([one for one in mails if one.name not in DISPUTED]) == 1


def test_what_is_disputed_is_still_so() -> None:
    disputed = [one for one in CASES if one.name in DISPUTED]
    assert len(disputed) == len(DISPUTED)
    assert not _share(disputed)


def test_the_share_of_answers_found_does_not_fall() -> None:
    answers = [one for one in CASES if one.kind == "reply"]
    assert _share(answers) >= ANSWERS_REACHED
    assert _share([one for one in answers if one.language in RUSSIAN]) >= 0.75
    assert _share([one for one in answers if one.is_whole]) == 1


def test_delivery_reports_are_told_from_mail() -> None:
    reports = [case for case in CASES if case.kind == "bounce"]
    found = sum(
        parse.read(case.raw).bounce == case.expect["is_bounce"] for case in reports
    )
    assert found / len(reports) >= 0.98
    others = [case for case in CASES if case.kind == "reply" or case.is_ordinary]
    assert not any(parse.read(case.raw).bounce for case in others)
