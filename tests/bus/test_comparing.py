"""What was sent is held against what a bus has: what lacks, is unknown, or strayed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bus.comparing import (
    NAMED,
    Comparison,
    Place,
    Seen,
    compare,
    compare_positions,
    go_through,
)
from bus.holdings import Held, held_of

SENT = {"a1": ("NN-1", 1), "a2": ("NN-1", 2), "a3": ("NN-1", 3), "b1": ("NN-2", 1)}


def held(id_: str, stream: str = "", seq: int = 0) -> Held:
    stream, seq = SENT.get(id_, (stream, seq))
    return Held(id=id_, stream=stream, seq=seq, type="t", body=b"")


def compared(*ids: str | Held) -> Comparison:
    async def came() -> AsyncIterator[Held]:
        for one in ids:
            yield one if isinstance(one, Held) else held(one)

    return compare(SENT, asyncio.run(go_through(came())))


def test_a_bus_that_has_everything_in_order_agrees() -> None:
    found = compared("b1", "a1", "a2", "a3")
    assert found.agrees
    assert (found.checked, found.repeated) == (4, 0)


def test_what_was_sent_and_is_not_there_is_missing() -> None:
    found = compared("a1", "a3", "b1")
    assert not found.agrees
    assert found.missing.places == (Place(stream="NN-1", seq=2, id="a2"),)
    assert found.disordered.count == 0


def test_what_is_there_and_was_never_sent_is_extra() -> None:
    found = compared("a1", "a2", "a3", "b1", held("x", "NN-9", 4))
    assert found.extra.places == (Place(stream="NN-9", seq=4, id="x"),)


def test_what_comes_first_after_a_later_one_is_out_of_order() -> None:
    found = compared("a1", "a3", "a2", "b1")
    assert found.disordered.places == (Place(stream="NN-1", seq=2, id="a2"),)
    assert (found.missing.count, found.extra.count) == (0, 0)


def test_a_repeat_is_no_fault_wherever_it_stands() -> None:
    found = compared("a1", "a1", "a2", "a3", "a1", "b1")
    assert found.agrees
    assert found.repeated == 2


def test_a_rehearsal_is_left_out() -> None:
    assert compared("a1", "a2", "a3", "b1", held("r", "rehearsal-7", 1)).agrees


def test_of_many_only_the_first_are_named() -> None:
    sent = {str(n): ("NN-1", n) for n in range(1, NAMED + 50)}

    found = compare(sent, Seen(places={}, disordered=[]))
    assert (found.missing.count, len(found.missing.places)) == (NAMED + 49, NAMED)


def test_a_receivers_positions_tell_what_it_lacks_and_what_it_made_up() -> None:
    sent = {"NN-1": 3, "NN-2": 1, "NN-3": 5}
    found = compare_positions(sent, {"NN-1": 3, "NN-3": 2, "NN-4": 1})
    assert found.missing.places == (
        Place(stream="NN-2", seq=1),
        Place(stream="NN-3", seq=3),
    )
    assert found.extra.places == (Place(stream="NN-4", seq=1),)
    assert compare_positions(sent, sent).agrees


def test_what_is_no_event_of_ours_is_not_held() -> None:
    for body in (
        b"",
        b"[]",
        b"{}",
        b'{"source": "/erp/x", "sequence": "1"}',
        b'{"source": 1, "sequence": "1"}',
        b'{"source": "/zayavka/tickets/NN-1", "sequence": "x"}',
        "не JSON".encode(),
    ):
        assert held_of(body) is None
