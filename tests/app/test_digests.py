"""Managers get each digest once: on time, or late."""

from __future__ import annotations

import asyncio
import email
import email.policy
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.digests import StoredRuns
from app.health import Watch
from mail.sending.relay import relay_from
from scheduler.digests import Digesting, Planned, owed, plan
from storage.store import Places, Store
from tests.app.workshop import Workshop, add_mailing, mails_in, run
from tests.databases import Templates, age
from tickets.digests import Report

ROOT = Path(__file__).parents[2]
BOSS, HEAD = "boss@example.org", "head@example.org"
WEEKLY = Report(
    name="weekly",
    schedule="0 9 * * mon",
    timezone="Europe/Moscow",
    recipients=(BOSS, HEAD),
)


@pytest.fixture(params=["sqlite", "postgres"])
def places(
    request: pytest.FixtureRequest, templates: Templates, tmp_path: Path
) -> Iterator[Places]:
    """An empty desk that began long ago."""
    if request.param == "sqlite":
        made = templates.sqlite(tmp_path)
        age(made)
        yield made
        return
    with templates.postgres(tmp_path) as made:
        age(made)
        yield made


def digesting(shop: Workshop, report: Report = WEEKLY) -> Digesting:
    runs = StoredRuns(store=shop.store, reports=(report.name,))
    return Digesting(plans=plan([report]), runs=runs, now=shop.clock.now)


def add_digests(shop: Workshop, folder: Path) -> None:
    shop.sources.append(digesting(shop))
    add_mailing(shop, relay_from(f"maildir:{folder}/sent"))


def sent_to(folder: Path) -> list[str]:
    """Return whom digests were sent to, in order of the periods."""
    mails = [
        email.message_from_bytes(raw, policy=email.policy.default)  # noqa: TID251 # to read what we wrote with other eyes
        for raw in mails_in(folder / "sent")
    ]
    digests = [one for one in mails if one["Auto-Submitted"] == "auto-generated"]
    assert len({one["Message-ID"] for one in digests}) == len(digests)
    return sorted(str(one["To"]) for one in digests)


def hasten(shop: Workshop) -> None:
    """Move the clock to the next Monday morning, before the hour."""
    now = shop.clock.now()
    (planned,) = plan([WEEKLY])
    shop.clock.ahead += planned.schedule.next(now) - now - timedelta(minutes=10)


def test_each_manager_gets_each_period_once(places: Places, tmp_path: Path) -> None:
    async def scene(shop: Workshop) -> None:
        hasten(shop)
        add_digests(shop, tmp_path)
        await shop.mail()
        assert sent_to(tmp_path) == [BOSS, HEAD]  # of the week before
        await shop.jump(minutes=8)
        assert len(sent_to(tmp_path)) == 2
        await shop.jump(minutes=3)
        assert sent_to(tmp_path) == [BOSS, BOSS, HEAD, HEAD]
        await shop.jump(days=6)
        assert len(sent_to(tmp_path)) == 4
        assert shop.states("digest") == ["sent"] * 4

    run(places, scene)


def test_a_scheduler_that_slept_makes_up_for_it(places: Places, tmp_path: Path) -> None:
    async def scene(shop: Workshop) -> None:
        hasten(shop)
        add_digests(shop, tmp_path)
        await shop.settle()
        await shop.jump(days=15)
        assert len(sent_to(tmp_path)) == 2 * 4
        runs = shop.rows("SELECT DISTINCT period FROM digest_run ORDER BY period")
        periods = [row.period.split("/") for row in runs]
        ends = [end for _, end in periods]
        assert [start for start, _ in periods][1:] == ends[:-1]

    run(places, scene)


def test_one_killed_over_a_digest_has_made_none(places: Places, tmp_path: Path) -> None:
    url = places.url.render_as_string(hide_password=False)
    killed = subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-m", "tests.app.dying", url, str(places.blobs), BOSS],
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL

    async def scene(shop: Workshop) -> None:
        assert shop.rows("SELECT id FROM digest_run") == []
        assert shop.rows("SELECT id FROM delivery") == []
        add_digests(shop, tmp_path)
        await shop.settle()
        assert sent_to(tmp_path) == [BOSS, HEAD]

    run(places, scene)


def test_two_schedulers_at_once_make_one(templates: Templates, tmp_path: Path) -> None:
    async def scene(shop: Workshop) -> None:
        other = Store(shared, clock=shop.clock.now, on_filled=lambda kinds: None)
        add_digests(shop, tmp_path)
        rivals = [digesting(shop), digesting(shop)]
        rivals[1].runs = StoredRuns(store=other, reports=(WEEKLY.name,))
        claimed = [(one, await one.claim(1)) for one in rivals]
        assert all(len(batch) == 1 for _, batch in claimed)
        await asyncio.gather(*(one.work(batch[0]) for one, batch in claimed))
        await shop.settle()
        assert sent_to(tmp_path) == [BOSS, HEAD]
        await asyncio.to_thread(other.close)

    with templates.postgres(tmp_path) as shared:
        age(shared)
        run(shared, scene)


def overdue(
    store: Store, plans: tuple[Planned, ...], now: datetime
) -> tuple[bool, float | None]:
    watch = Watch(store=store, clock=lambda: now, plans=plans)
    part = asyncio.run(watch.parts())["scheduler"]
    return part.ok, part.oldest_seconds


def test_a_digest_that_is_overdue_is_told(places: Places) -> None:
    store = Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
    plans = plan([WEEKLY])
    now = datetime.now(UTC)
    (one,) = owed(plans, {}, now, began=now - timedelta(days=14))
    end = one.period.end
    assert overdue(store, plans, end + timedelta(minutes=14)) == (True, 14 * 60.0)
    assert overdue(store, plans, end + timedelta(minutes=16)) == (False, 16 * 60.0)
    runs = StoredRuns(store=store, reports=(WEEKLY.name,))
    asyncio.run(runs.make(one))
    assert overdue(store, plans, end + timedelta(minutes=16)) == (True, None)
    store.close()
