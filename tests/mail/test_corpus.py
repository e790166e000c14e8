"""The mails of other projects are read as their authors expect."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from mail import parse
from tests import corpus

CASES = list(corpus.cases())
REACHED = 0.916

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
def test_every_mail_gives_strings_that_any_store_takes(case: corpus.Case) -> None:
    letter = parse.read(case.raw)
    assert not any("beyond" in defect for defect in letter.defects)
    for text in _strings(letter):
        text.encode()
        assert "\0" not in text


def test_the_share_of_mails_read_right_does_not_fall() -> None:
    parses = [case for case in CASES if case.kind == "parse"]
    right = sum(
        not corpus.differences(case.expect, parse.read(case.raw)) for case in parses
    )
    assert right / len(parses) >= REACHED - 0.01


def test_delivery_reports_are_told_from_mail() -> None:
    reports = [case for case in CASES if case.kind == "bounce"]
    found = sum(
        parse.read(case.raw).bounce == case.expect["is_bounce"] for case in reports
    )
    assert found / len(reports) >= 0.9
    replies = [case for case in CASES if case.kind == "reply"]
    assert not any(parse.read(case.raw).bounce for case in replies)
