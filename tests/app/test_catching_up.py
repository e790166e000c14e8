"""A target that comes later, or chooses anew, ends up with what the desk has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest
from structlog.testing import capture_logs

from app.publishing import Publishing, chosen
from bus.feeds import Choice, Feed
from storage import feeds
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.app.catching import CH, LATE, NN, Target, comes, enter
from tests.app.mirrors import (
    in_the_mirror,
    move,
    on_the_desk,
    publishing,
)
from tests.app.workshop import ANNA, Workshop, run
from tickets.corporate.foreign import KnownOrganisation
from tickets.model import Organisation
from tickets.registry import add_organisation, record_organisation
from tickets.work import Work

ROMASHKA = Feed(name="late", choice=Choice.of([], ["Ромашка"]))


def register(tx: Transaction, writes: Publishing) -> Organisation:
    work = Work(now=tx.now, ids=tx.ids)
    made = add_organisation(
        work, name="Василёк", domains=["partner.example"], site=None
    )
    writes.commit(tx, [work])
    return made


def rename(
    store: Store, partner: Organisation, name: str, *, version: int, writes: Publishing
) -> None:
    """Let a corporate system call a partner something else."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        known = KnownOrganisation(
            organisation=replace(partner, name=name),
            domains=("partner.example",),
            version=version,
        )
        work.organisations.append(known)
        record_organisation(work, known, actor="bus:erp")
        writes.commit(tx, [work])

    store.write(job)


def test_at_an_empty_desk_a_target_is_ready_at_once(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=LATE)
        assert target.reach.ready
        await shop.mail()
        types = target.taker.types("NN-1")
        assert types == ["opened", "participant-added", "comment-added"]
        assert not target.step()

    run(records, scene)


def test_a_target_that_comes_later_has_all_that_was_there_before(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        shop.hire()
        for n in range(3):
            await shop.mail(f"{n}", subject=f"Тема {n}", text="ы" * 20_000)
        target = Target(shop=shop, feed=LATE)
        assert (target.reach.choice, target.reach.ready) == (None, False)
        await target.finish()
        assert sorted(comes(target.taker)) == [
            ("NN-1", "snapshot"),
            ("NN-2", "snapshot"),
            ("NN-3", "snapshot"),
            ("contact-1", "changed"),
            ("specialist-1", "changed"),
        ]
        await shop.mail("later", more="In-Reply-To: <1@partner.example>")
        assert target.taker.types("NN-2") == ["snapshot", "comment-added"]
        state = target.taker.state()
        assert in_the_mirror(state) == on_the_desk(shop.store)
        (anna,) = state.specialists.values()
        assert anna["telegram_id"] == ANNA

    run(records, scene)


def test_what_happens_meanwhile_is_in_the_snapshot_or_follows_it(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        await shop.mail("1")
        target = Target(shop=shop, feed=LATE)
        answer = "In-Reply-To: <1@partner.example>"
        await shop.mail("2", more=answer)  # not one process less knows of the target
        await shop.mail("3", subject="Новое")
        assert target.taker.types("NN-1") == []
        assert target.step()  # from now on all tickets that there are come
        await shop.mail("4", more=answer)
        await shop.mail("5", subject="Новейшее")
        await shop.mail("6", more="In-Reply-To: <3@partner.example>")
        await target.finish()
        await shop.mail("7", more=answer)
        assert target.taker.types("NN-1") == ["snapshot", "comment-added"]
        assert target.taker.types("NN-2")[3:] == ["snapshot"]
        assert target.taker.types("NN-3")[0] == "opened"
        assert in_the_mirror(target.taker.state()) == on_the_desk(shop.store)

    run(records, scene)


def test_a_filter_that_changes_takes_leave_and_tells_what_is_new(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        shop.open_site("CH")
        for n in range(3):
            await shop.mail(f"{n}", subject=f"Тема {n}")
        move(shop.store, "NN-2", "CH", writes=target.writes)
        await shop.settle()
        assert sorted(target.taker.state().tickets) == ["NN-1", "NN-3"]
        seen = len(target.taker.events)
        target.choose(LATE)
        await target.finish()
        assert comes(target.taker)[seen:] == [("NN-2", "snapshot")]
        target.choose(CH)
        await target.finish()
        left = [("NN-1", "snapshot"), ("NN-3", "snapshot")]
        assert sorted(comes(target.taker)[seen + 1 :]) == left
        state = target.taker.state()
        assert in_the_mirror(state) == on_the_desk(shop.store, sites=["CH"])

    run(records, scene)


def test_a_filter_that_changes_back_before_it_took_effect_changes_nothing(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        await shop.mail("1")
        seen = len(target.taker.events)
        target.choose(CH)
        target.choose(NN)
        await target.finish()
        await shop.mail("2", more="In-Reply-To: <1@partner.example>")
        assert comes(target.taker)[seen:] == [("NN-1", "comment-added")]

    run(records, scene)


def test_what_another_process_wanted_that_is_gone_again_does_not_take_effect(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        await shop.mail("1")
        seen = len(target.taker.events)
        enter(shop.store, CH)  # it started, and was stopped before it could begin
        assert not target.step()
        assert target.reach.choice == chosen(NN)
        await shop.mail("2", more="In-Reply-To: <1@partner.example>")
        assert comes(target.taker)[seen:] == [("NN-1", "comment-added")]

    run(records, scene)


def test_a_target_that_was_away_for_a_while_is_caught_up_with(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        for n in range(2):
            await shop.mail(f"{n}", subject=f"Тема {n}")
        shop.store.write(lambda tx: feeds.forget_others(tx, ["another"]))
        shop.write_with(publishing().commit)
        shop.hire()
        await shop.mail("meanwhile", more="In-Reply-To: <0@partner.example>")
        seen = len(target.taker.events)
        target.choose(NN)
        await target.finish()
        assert sorted(comes(target.taker)[seen:]) == [
            ("NN-1", "snapshot"),
            ("contact-1", "changed"),
            ("specialist-1", "changed"),
        ]
        assert in_the_mirror(target.taker.state()) == on_the_desk(shop.store)

    run(records, scene)


def test_a_partner_that_is_renamed_takes_its_tickets_in_sight_and_out_of_it(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=ROMASHKA)
        partner = shop.store.write(partial(register, writes=target.writes))
        for n in range(2):
            await shop.mail(f"{n}", subject=f"Тема {n}")
        people = [("contact-1", "changed"), ("organisation-1", "changed")]
        assert sorted(comes(target.taker)) == people
        rename(shop.store, partner, "Ромашка", version=2, writes=target.writes)
        answer = "In-Reply-To: <0@partner.example>"
        await shop.mail("meanwhile", more=answer)
        await target.finish()
        await shop.mail("later", more=answer)
        assert target.taker.types("NN-1") == ["snapshot", "comment-added"]
        assert in_the_mirror(target.taker.state()) == on_the_desk(shop.store)
        rename(shop.store, partner, "Лютик", version=3, writes=target.writes)
        await target.finish()
        await shop.mail("last", more=answer)
        assert target.taker.types("NN-1")[2:] == ["snapshot"]
        assert target.taker.state().tickets == {}

    run(records, scene)


def test_a_ticket_that_cannot_be_told_does_not_end_the_desk(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(shop: Workshop) -> None:
        await shop.mail("1")
        target = Target(shop=shop, feed=LATE)
        while target.reach.choice is None or target.reach.people:
            assert target.step()
        monkeypatch.setattr("bus.envelope.BODY_LIMIT", 10)
        monkeypatch.setattr("bus.snapshots.BODY_LIMIT", 10)
        with capture_logs() as logs:
            running = asyncio.create_task(target.catch_up.run())
            async with asyncio.timeout(10):
                while not logs:  # noqa: ASYNC110 # what another thread brings about
                    await asyncio.sleep(0.01)
            assert not running.done()
            target.catch_up.stop()
            await running
        assert [one["event"] for one in logs] == ["catching_up_failed"]
        monkeypatch.undo()
        await target.finish()
        assert target.taker.types("NN-1") == ["snapshot"]

    run(places, scene)


def test_a_target_that_has_caught_up_is_looked_at_again(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.catching_up.AWHILE", 0.01)
    monkeypatch.setattr("app.catching_up.LOOK", 0.01)

    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        assert target.reach.ready
        running = asyncio.create_task(target.catch_up.run())
        async with asyncio.timeout(10):
            while not target.catch_up._is_ready:  # noqa: ASYNC110 # another thread's
                await asyncio.sleep(0.01)
            shop.store.write(lambda tx: feeds.look_again(tx, NN.name))
            while not target.reach.ready:  # noqa: ASYNC110 # likewise
                await asyncio.sleep(0.01)
        target.catch_up.stop()
        await running

    run(places, scene)


def test_a_target_that_is_ready_is_not_asked_for_again(
    records: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(shop: Workshop) -> None:
        Target(shop=shop, feed=NN)
        await shop.mail("1")
        monkeypatch.setattr(feeds, "known", None)
        await shop.mail("2", subject="Другое")
        assert len(shop.rows("SELECT id FROM ticket")) == 2

    run(records, scene)


def test_a_target_that_was_fed_before_rows_were_kept_is_ready(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=LATE)
        await shop.mail("1")
        shop.execute("DELETE FROM cursor WHERE name LIKE 'feed:%'")
        seen = len(target.taker.events)
        target.choose(LATE)
        assert target.reach.ready
        target.choose(CH)
        await target.finish()
        assert comes(target.taker)[seen:] == [("NN-1", "snapshot")]
        assert target.taker.state().tickets == {}

    run(records, scene)
