"""How far an author is believed."""

from __future__ import annotations

import pytest

from tickets.trust import Source, judge
from tickets.words import Trust


@pytest.mark.parametrize(
    ("source", "participant", "trust"),
    [
        (Source(proven=True), False, Trust.PROVEN),
        (Source(proven=True, knows_an_id=True), True, Trust.PROVEN),
        (Source(knows_an_id=True), False, Trust.PLAUSIBLE),
        (Source(), True, Trust.PLAUSIBLE),
        (Source(), False, Trust.UNPROVEN),
    ],
)
def test_an_author_is_believed_as_far_as_something_vouches(
    source: Source, participant: bool, trust: Trust
) -> None:
    assert judge(source, participant=participant) is trust
