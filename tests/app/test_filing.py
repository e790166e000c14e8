"""Arrivals are filed over a real store, and poison holds nobody up."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app.reading import read
from scheduler.arrivals import DEATHS, ArrivalSource
from storage import arrivals
from storage.arrivals import KeptArrival
from storage.store import Places
from tests.app.workshop import Workshop, run
from tickets.post.posted import Post
from tickets.talk import Happening

GOOD = (
    b"From: ivan@partner.example\r\nSubject: %b\r\nMessage-ID: <%b@x>\r\n\r\nHello\r\n"
)
SENDER = "ivan@partner.example"


def keep(shop: Workshop, *keys: str) -> None:
    for key in keys:
        raw = b"poison" if key == "poison" else GOOD % (key.encode(), key.encode())
        shop.keep(key, raw, sender=SENDER)


def poisoned(arrival: KeptArrival) -> Post | Happening:
    if arrival.raw() == b"poison":
        raise RecursionError("it never ends")
    return read(arrival)


def outcomes(shop: Workshop) -> list[tuple[str, str | None]]:
    found = shop.rows("SELECT source_key, outcome FROM arrival ORDER BY id")
    return [(row.source_key, row.outcome) for row in found]


def set_reader(shop: Workshop) -> None:
    source = shop.sources[0]
    assert isinstance(source, ArrivalSource)
    source.read = poisoned


def test_poison_is_set_aside_with_its_error_and_the_ones_behind_go_on(
    places: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        set_reader(shop)
        keep(shop, "before", "poison", "behind")
        shop.keep("other", GOOD % (b"other", b"other"), sender="x@else.example")
        with capture_logs() as logs:
            await shop.settle()
            assert outcomes(shop) == [
                ("before", "ticket"),
                ("poison", None),
                ("behind", None),  # in order, so it waits
                ("other", "ticket"),
            ]
            for _ in range(5):
                await shop.jump(minutes=1)
        assert outcomes(shop)[1:3] == [("poison", "parked"), ("behind", "ticket")]
        (row,) = shop.rows("SELECT * FROM arrival WHERE source_key = 'poison'")
        assert (row.error, row.rule, row.attempts) == (
            "RecursionError: it never ends",
            "failed",
            5,
        )
        assert [log["event"] for log in logs] == ["arrival_failed"] * 5

    run(places, scene)


def test_what_the_process_dies_over_again_and_again_is_set_aside(
    places: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        set_reader(shop)
        keep(shop, "poison", "behind")
        for _ in range(DEATHS):
            assert len(await shop.sources[0].claim(9)) == 1  # and here it dies
            shop.restart()
        await shop.settle()
        assert outcomes(shop) == [("poison", "parked"), ("behind", "ticket")]
        (row,) = shop.rows("SELECT error FROM arrival WHERE source_key = 'poison'")
        assert f"ended {DEATHS} times" in row.error
        (row,) = shop.rows("SELECT attempts FROM arrival WHERE source_key = 'behind'")
        assert row.attempts == 1

    run(places, scene)


def test_what_a_person_puts_back_is_tried_anew(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        source = shop.sources[0]
        assert isinstance(source, ArrivalSource)
        set_reader(shop)
        keep(shop, "poison")
        with capture_logs():
            await shop.settle()
            for _ in range(5):
                await shop.jump(minutes=1)
        source.read = read
        (row,) = shop.rows("SELECT id FROM arrival")
        assert shop.store.write(lambda tx: arrivals.retry(tx, row.id))
        assert not shop.store.write(lambda tx: arrivals.retry(tx, row.id))
        await shop.settle()
        assert outcomes(shop) == [("poison", "ticket")]

    run(places, scene)


@pytest.mark.parametrize("key", ["1", "ж" * 40])
def test_an_arrival_leads_to_exactly_one_outcome(places: Places, key: str) -> None:
    async def scene(shop: Workshop) -> None:
        shop.keep(key, GOOD % (b"a", b"a"), sender=SENDER)
        shop.keep(key, GOOD % (b"a", b"a"), sender=SENDER)
        await shop.settle()
        assert outcomes(shop) == [(key, "ticket")]
        assert shop.rows("SELECT copies FROM arrival") == [(2,)]

    run(places, scene)
