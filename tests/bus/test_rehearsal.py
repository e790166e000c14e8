"""A rehearsal: one example of each type, and a judgement of what came back."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import UTC, datetime

import pytest

from bus.holdings import Held, held_of
from bus.rehearsal import Sample, judge, samples
from tests.bus.scene import SCHEMAS

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def sent() -> list[Sample]:
    ids = (str(uuid.UUID(int=n)) for n in itertools.count(1))
    return samples(SCHEMAS, run="7", at=AT, ids=ids)


def back(sample: Sample, **changes: object) -> Held:
    said = json.loads(sample.out.body) | changes
    held = held_of(json.dumps(said).encode())
    assert held is not None
    return held


def faults(sent: list[Sample], came: list[Held]) -> dict[str, tuple[str, ...]]:
    return {one.type: one.faults for one in judge(sent, came, SCHEMAS) if one.faults}


def test_every_type_is_rehearsed_in_one_stream_without_a_gap(
    sent: list[Sample],
) -> None:
    assert [one.type for one in sent] == sorted(SCHEMAS.types)
    assert [one.out.seq for one in sent] == list(range(1, len(sent) + 1))
    assert {one.out.key for one in sent} == {"rehearsal-7"}
    assert all(back(one).is_rehearsed for one in sent)


def test_what_comes_back_as_it_was_sent_is_right(sent: list[Sample]) -> None:
    assert faults(sent, [back(one) for one in sent]) == {}


def test_what_does_not_come_back_is_lost(sent: list[Sample]) -> None:
    first, *rest = sent
    assert faults(sent, [back(one) for one in rest]) == {first.type: ("lost",)}


def test_what_comes_twice_is_counted_and_no_fault(sent: list[Sample]) -> None:
    came = [back(one) for one in (*sent, sent[0])]
    assert faults(sent, came) == {}
    assert judge(sent, came, SCHEMAS)[0].times == 2


def test_what_was_overtaken_is_told(sent: list[Sample]) -> None:
    first, second, *rest = sent
    came = [back(one) for one in (second, first, *rest)]
    assert faults(sent, came) == {first.type: ("came after a later one",)}


def test_what_came_back_changed_is_told(sent: list[Sample]) -> None:
    first, second, *rest = (back(one) for one in sent)
    changed = back(sent[0], time="2026-03-02T10:00:00.000000Z")
    broken = back(sent[1], data={})
    found = faults(sent, [changed, broken, *rest])
    assert found[sent[0].type] == ("came back changed",)
    assert "required" in found[sent[1].type][0]
    assert len(found) == 2
    assert (first.seq, second.seq) == (1, 2)
