"""``bus skip`` and ``bus replay``: what a target gets in another's place, or again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from app import clerk
from app.clerk import Clerk, Refused
from bus.feeds import Feed
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.app.conftest import Run
from tests.app.mirrors import add_targets, in_the_mirror, on_the_desk, publishing
from tests.app.workshop import Workshop, run
from tests.desks import rules
from tests.storage.test_targets import mark, queue
from tickets.model import Json

TARGET = "file"
EVERYTHING = Feed(name=TARGET)
ADDED = "zayavka.ticket.comment-added.v1"


def perform(shop: Workshop, name: str, **arguments: object) -> Json:
    made = Clerk(write=publishing(EVERYTHING).commit, rules=rules())

    def job(tx: Transaction) -> Json:
        return made.perform(tx, name, arguments)

    return shop.store.write(job)


def skip(shop: Workshop, stream: str) -> Json:
    return perform(shop, "bus skip", target=TARGET, stream=stream, reason="no field")


def replayed(shop: Workshop, **wanted: object) -> int:
    """Let events leave again, all stretches of them; return how many."""
    asked: dict[str, object] = {"targets": [TARGET], "ticket": None, "since": None}
    events = 0
    done: Json = {"after": None, "upto": None, "more": True}
    while done["more"]:
        place = {"after": done["after"], "upto": done["upto"]}
        done = perform(shop, "bus replay", **{**asked, **wanted, **place})
        events += int(str(done["events"]))
    return events


def test_a_skipped_event_gives_its_place_to_one_that_says_so(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        taker.refused = {ADDED}
        await shop.mail("1")
        await shop.mail("2", more="In-Reply-To: <1@partner.example>", text="Ещё.")
        assert taker.sequences("NN-1") == [1, 2]
        told = skip(shop, "ticket:NN-1")
        assert told["sequence"] == "0000000003"
        await shop.settle()  # and the next one is parked
        skip(shop, "ticket:NN-1")
        await shop.settle()
        assert taker.types("NN-1")[2:] == ["skipped", "skipped"]
        assert taker.sequences("NN-1") == [1, 2, 3, 4]
        first = taker.of("NN-1")[2]
        assert first["id"] == told["id"] != told["skipped"]
        ids = {row.id: row.type for row in shop.rows("SELECT id, type FROM event")}
        assert ids[first["data"]["skipped"]] == "comment-added"
        assert first["data"]["type"] == ADDED
        assert first["data"]["reason"] == "no field"
        assert taker.state().skipped == {"/zayavka/tickets/NN-1": 4}
        assert shop.rows("SELECT key FROM lane WHERE kind = 'bus'") == []

    run(records, scene)


def test_what_is_not_parked_is_not_skipped(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        await shop.mail("1")
        with pytest.raises(Refused, match=r"no event of ticket:NN-1 .*: nothing is"):
            skip(shop, "ticket:NN-1")
        taker.refused = {"zayavka.ticket.opened.v1"}
        await shop.mail("2", subject="Другое")
        with pytest.raises(Refused, match=f"bus/{TARGET}/ticket:NN-2 is"):
            skip(shop, "ticket:NN-1")

    run(records, scene)


def test_a_stream_of_people_is_skipped_as_well(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        taker.refused = {"zayavka.contact.changed.v1"}
        await shop.mail("1")
        (lane,) = shop.rows("SELECT lane FROM delivery WHERE state = 'parked'")
        skip(shop, lane.lane.removeprefix(f"bus/{TARGET}/"))
        await shop.settle()
        types = [one["type"] for one in taker.events]
        assert "zayavka.contact.skipped.v1" in types

    run(records, scene)


def test_a_replayed_ticket_leaves_again_as_it_was(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        await shop.mail("1")
        await shop.mail("2", subject="Другое")
        sent = list(taker.of("NN-1"))
        others = len(taker.events) - len(sent)
        assert replayed(shop, ticket="nn-1") == 3
        await shop.settle()
        assert taker.of("NN-1") == [*sent, *sent]
        assert len(taker.events) == others + 2 * len(sent)
        assert in_the_mirror(taker.state()) == on_the_desk(shop.store)
        assert {row.state for row in shop.rows("SELECT state FROM delivery")} == {
            "sent",
            "new",
        }  # what waits is not the bus's
        assert shop.rows("SELECT key FROM lane WHERE kind = 'bus'") == []

    run(records, scene)


def test_all_since_a_moment_leaves_again_a_stretch_at_a_time(
    records: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "STRETCH", 2)

    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        await shop.mail("1")
        await shop.jump(hours=1)
        since = shop.clock.now().isoformat()
        for n in range(3):
            await shop.mail(f"later {n}", subject=f"Тема {n}")
        old, new = taker.events[:4], taker.events[4:]
        assert replayed(shop, since=since) == len(new) == 9
        await shop.settle()
        assert len(taker.events) == len(old) + 2 * len(new)
        for number in ("NN-2", "NN-3", "NN-4"):
            assert taker.sequences(number) == [1, 2, 3] * 2
        assert taker.sequences("NN-1") == [1, 2, 3]

    run(records, scene)


def test_nothing_newer_of_a_ticket_leaves_between_what_is_replayed(
    records: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "STRETCH", 1)

    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        await shop.mail("1")
        await shop.mail("2", subject="Другое")
        taker.away = True
        await shop.mail("3", more="In-Reply-To: <1@partner.example>", text="Ещё.")
        taker.away = False
        place: Json = {"after": None, "upto": None}
        wanted = {"targets": [TARGET], "ticket": None, "since": "2020-01-01T00:00Z"}
        done = perform(shop, "bus replay", **wanted, **place)
        await shop.jump(hours=1)  # a stretch leaves before the next is asked for
        assert taker.sequences("NN-1") == [1, 2, 3, 1, 2, 3, 4]
        assert done["more"]

    run(records, scene)


def test_what_is_replayed_waits_behind_what_is_parked_no_more_than_before(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        (taker,) = add_targets(shop, EVERYTHING)
        taker.refused = {ADDED}
        await shop.mail("1")
        assert replayed(shop, ticket="NN-1") == 2
        await shop.settle()
        assert taker.sequences("NN-1") == [1, 2]
        skip(shop, "ticket:NN-1")
        await shop.settle()
        assert taker.sequences("NN-1") == [1, 2, 1, 2, 3]

    run(records, scene)


def test_a_ticket_that_is_not_there_is_not_replayed(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        with pytest.raises(Refused, match="no ticket NN-9"):
            replayed(shop, ticket="NN-9")

    run(records, scene)


def test_the_command_says_how_many_leave_again(run: Run, store: Store) -> None:
    mark(store, queue(store, "file", "file", "former"), "sent")
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    told = run("bus", "replay", "--since", since, "--json")
    assert json.loads(told.out) == {"events": 2}
    again = run("bus", "replay", "--since", "2026-01-31", "--target", "file")
    assert (again.code, again.out.split()) == (0, ["events", "0"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("replay",), 2, "name a --ticket or a time"),
        (("replay", "--ticket", "NN-1", "--since", "2026-01-01"), 2, "name a --ticket"),
        (("replay", "--since", "yesterday"), 2, "must be a day"),
        (("replay", "--ticket", "NN-9"), 1, "there is no ticket NN-9"),
        (("replay", "--ticket", "NN-1", "--target", "x"), 1, "there are: file"),
        (("skip", "--target", "file"), 2, "name a --ticket or a --stream"),
        (("skip", "--target", "x", "--ticket", "NN-1"), 1, "no target 'x'"),
        (("skip", "--target", "file", "--ticket", "nn-1"), 1, "of ticket:NN-1 is"),
    ],
)
@pytest.mark.usefixtures("store")
def test_what_cannot_be_done_is_said(
    run: Run, *, words: tuple[str, ...], code: int, said: str
) -> None:
    ended = run("bus", *words)
    assert ended.code == code
    assert said in " ".join(ended.err.replace("│", " ").split())
