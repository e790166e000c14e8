"""The ladder: the first rung that knows a ticket decides."""

from __future__ import annotations

import pytest

from tickets.model import TicketId
from tickets.post.ladder import Clues, Placed, Ref, climb, tag_of

ONE, TWO, THREE, FOUR = (TicketId(n) for n in (1, 2, 3, 4))
OWN = Ref(message_id="<own@x>", ticket_id=TWO, own=True)
KNOWN = Ref(message_id="<known@x>", ticket_id=THREE, seen=True)
UNKNOWN = Ref(message_id="<unknown@x>")


@pytest.mark.parametrize(
    ("clues", "placed"),
    [
        pytest.param(
            Clues(signed=ONE, parents=(KNOWN, OWN), tagged=FOUR),
            Placed(ONE, "signed-address"),
            id="a signed address before all else",
        ),
        pytest.param(
            Clues(parents=(KNOWN, OWN), tagged=FOUR),
            Placed(TWO, "own-message-id"),
            id="our own mail before a nearer one that is only known",
        ),
        pytest.param(
            Clues(parents=(UNKNOWN, KNOWN), tagged=FOUR),
            Placed(THREE, "known-message-id"),
            id="a known mail before the tag",
        ),
        pytest.param(
            Clues(self_ref=KNOWN, tagged=FOUR),
            Placed(THREE, "known-message-id"),
            id="its own id, awaited since an answer came first",
        ),
        pytest.param(
            Clues(parents=(UNKNOWN,), tagged=FOUR),
            Placed(FOUR, "subject-tag"),
            id="the tag where no id is known",
        ),
        pytest.param(
            Clues(parents=(Ref(message_id="<o@x>", own=True), KNOWN)),
            Placed(THREE, "known-message-id"),
            id="an own mail of no ticket is no rung",
        ),
        pytest.param(Clues(parents=(UNKNOWN,), self_ref=UNKNOWN), None, id="new"),
    ],
)
def test_the_first_rung_that_knows_a_ticket_decides(
    clues: Clues, placed: Placed | None
) -> None:
    assert climb(clues) == placed


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [NN-7] Принтер", "NN-7"),
        ("FW: [nn-1024]", "NN-1024"),
        ("[NN-1] и [NN-2]", "NN-1"),
        ("NN-7 без скобок", None),
        ("[ТТ-7] кириллица", None),
        ("[NN-٧] не наша цифра", None),
        ("[NN-1234567890123]", None),
        ("", None),
    ],
)
def test_a_tag_is_a_number_in_brackets(subject: str, number: str | None) -> None:
    assert tag_of(subject) == number
