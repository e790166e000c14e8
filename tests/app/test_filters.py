"""A target that is told of some tickets knows these as the desk does, and no others."""

from __future__ import annotations

from bus.feeds import Choice, Feed
from storage.store import Places
from tests.app.mirrors import add_targets, in_the_mirror, move, on_the_desk, publishing
from tests.app.workshop import Workshop, run

EVERYTHING = Feed(name="all")
NN = Feed(name="nn", choice=Choice.of(["NN"], []))
CH = Feed(name="ch", choice=Choice.of(["CH"], []))
FEEDS = (EVERYTHING, NN, CH)


def test_a_target_is_told_of_the_tickets_it_chooses(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        everything, nn, ch = add_targets(shop, *FEEDS)
        await shop.mail()
        assert nn.sequences("NN-1") == everything.sequences("NN-1") == [1, 2, 3]
        assert ch.types("NN-1") == []
        assert ch.types("contact-1") == ["changed"]
        for taker in (everything, nn):
            assert in_the_mirror(taker.state()) == on_the_desk(shop.store)

    run(records, scene)


def test_a_ticket_that_moves_goes_on_where_it_came(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        _, nn, ch = add_targets(shop, *FEEDS)
        shop.open_site("CH")
        await shop.mail("1", text="x" * 40_000)
        move(shop.store, "NN-1", "CH", writes=publishing(*FEEDS))
        await shop.settle()
        answer = {"more": "In-Reply-To: <1@partner.example>", "text": "Ещё."}
        await shop.mail("2", **answer)
        assert nn.types("NN-1")[3:] == ["stage-changed", "snapshot"]
        assert nn.sequences("NN-1") == [1, 2, 3, 4, 4]
        assert ch.types("NN-1") == ["snapshot", "comment-added"]
        assert ch.sequences("NN-1") == [4, 5]
        assert nn.state().tickets == {}
        assert in_the_mirror(ch.state()) == on_the_desk(shop.store)
        move(shop.store, "NN-1", "NN", writes=publishing(*FEEDS))
        await shop.settle()
        assert nn.types("NN-1")[5:] == ["snapshot"]
        assert ch.state().tickets == {}
        assert in_the_mirror(nn.state()) == on_the_desk(shop.store)

    run(records, scene)
