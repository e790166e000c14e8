"""The operators' chat hears of what waits for a person, and is not flooded."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from app.alarms import Alarms
from app.filing import Filing
from app.mirroring import Mirroring
from bus.feeds import Feed
from scheduler.arrivals import ArrivalSource
from storage.alarms import KIND
from storage.deliveries import Due
from storage.lanes import Lease
from storage.store import Places
from tests.app.mirrors import add_targets
from tests.app.workshop import Chat, Workshop, chat, run, texts
from tests.desks import FORUM
from tickets.model import DeliveryId
from tickets.words import DeliveryState, Medium

OPENED = "zayavka.ticket.opened.v1"
ALARMS = Alarms(chat=FORUM)
QUEUED = "SELECT facts, next_at, state FROM delivery WHERE kind = 'alarm' ORDER BY id"


def add_refusing_bus(shop: Workshop) -> None:
    (taker,) = add_targets(shop, Feed(name="esb"))
    taker.refused = {OPENED}
    relay = shop.sources[-1]
    assert isinstance(relay, Mirroring)
    relay.alarms = ALARMS


def said(place: Chat) -> list[str]:
    """Return what the operators read."""
    messages = place.sandbox.telegram.world.chats[FORUM].messages.values()
    texts = [str(one.content.get("text", "")) for one in messages]
    return [one for one in texts if "🚨" in one]


def test_a_parked_event_is_told_with_the_ways_out(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        add_refusing_bus(shop)
        async with chat(shop) as place:
            await shop.mail("1")
            (text,) = said(place)
            (row,) = shop.rows("SELECT id FROM delivery WHERE state = 'parked'")
        for part in (
            "Шина esb не принимает событие ticket:NN-1",
            "no such type",
            f"zayavka delivery retry {row.id}\n",
            "zayavka bus skip --target esb --ticket NN-1",
        ):
            assert part in text

    run(places, scene)


def test_more_of_the_same_target_comes_together_an_hour_later(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        add_refusing_bus(shop)
        async with chat(shop) as place:
            for n in range(4):
                await shop.mail(f"{n}", subject=f"Тема {n}")
            assert len(said(place)) == 1
            await shop.jump(minutes=59)
            assert len(said(place)) == 1
            await shop.jump(minutes=2)
            _, second = said(place)
            assert "ticket:NN-2" in second
            assert second.endswith("И ещё таких: 2.")

    run(places, scene)


def test_without_a_chat_nobody_is_told(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        add_refusing_bus(shop)
        relay: Any = shop.sources[-1]
        relay.alarms = Alarms()
        await shop.mail("1")
        assert shop.rows(QUEUED) == []

    run(places, scene)


def test_an_arrival_that_is_set_aside_is_told(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        source = shop.sources[0]
        assert isinstance(source, ArrivalSource)
        assert isinstance(source.inbox, Filing)
        source.inbox.alarms = ALARMS
        shop.keep("1", b"Subject: x\r\n\r\nbody", sender="ivan@partner.example")
        (kept,) = await source.inbox.claim(1)
        await source.inbox.park(kept, error="too deep")
        (row,) = shop.rows(QUEUED)
        assert '"arrival"' in str(row.facts).replace("'", '"')
        assert "too deep" in str(row.facts)

    run(places, scene)


def due(kind: str, channel: Medium = Medium.TELEGRAM) -> Due:
    """Return a delivery that failed; only what alarms look at is said of it."""
    fields: dict[str, Any] = dict.fromkeys(Due.__dataclass_fields__)
    return Due(
        **fields
        | {
            "id": DeliveryId(5),
            "lease": Lease(lane="l", fence=1),
            "channel": channel,
            "target": "-7",
            "kind": kind,
            "state": DeliveryState.NEW,
        }
    )


def test_a_name_that_a_sender_chose_is_quoted_for_the_shell(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        lease = Lease(lane="bus/esb/commands:partner:$(reboot)", fence=1)
        parked = replace(due("refused", Medium.BUS), target="esb", lease=lease)
        shop.store.write(partial(ALARMS.refused, due=parked, reason="no"))
        (row,) = shop.rows("SELECT facts ->> 'which' AS which FROM delivery")
        assert row.which == "--stream 'commands:partner:$(reboot)'"

    run(places, scene)


def test_an_alarm_that_fails_raises_none(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        for kind in (KIND, "toast"):
            failed = due(kind)
            shop.store.write(partial(ALARMS.undelivered, due=failed, reason="no chat"))
        assert shop.rows(QUEUED) == []
        shop.store.write(lambda tx: ALARMS.undelivered(tx, due("card"), "no chat"))
        assert len(shop.rows(QUEUED)) == 1

    run(places, scene)


def test_an_operators_chat_that_is_gone_ends_with_one_parked_alarm(
    places: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        add_refusing_bus(shop)
        shop.sources[-1].alarms = Alarms(chat=-100999)  # type: ignore[attr-defined] # it is the relay of the bus
        async with chat(shop):
            await shop.mail("1")
            await shop.jump(days=30)
            states = [row.state for row in shop.rows(QUEUED)]
            assert states == ["parked"]

    run(places, scene)


def test_every_alarm_has_its_words() -> None:
    facts = {"id": 1, "target": "t", "stream": "s", "which": "w", "reason": "r"}
    for notice in ("bus", "delivery", "arrival", "scanner"):
        for language in ("ru", "en"):
            assert "🚨" in texts().say(f"chat.alarm.{notice}", language, **facts)


def test_an_outage_of_the_scanner_is_told(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with chat(shop) as place:
            job = partial(ALARMS.scanner_away, reason="Connection refused")
            shop.store.write(job)
            await shop.settle()
            (text,) = said(place)
        assert "Антивирус не отвечает" in text
        assert "Connection refused" in text

    run(places, scene)
