"""A digest is made once for each recipient, whoever makes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from storage import deliveries, digests, figures
from storage.notices import mail_notices
from storage.store import Store
from storage.transaction import Transaction
from tests.databases import Templates
from tests.desks import rules
from tests.storage.desk import InStore, mail
from tickets.digests import Format, Period, Scope
from tickets.figures import Figures
from tickets.outgoing import DigestNotice
from tickets.words import Medium

BOSS, HEAD = "boss@example.org", "head@example.org"
END = datetime.now(UTC).replace(microsecond=0)
PERIOD = Period(start=END - timedelta(days=7), end=END)


def count(tx: Transaction, period: Period) -> Figures:
    return figures.count(tx, period, scope=Scope(), zone=ZoneInfo("Europe/Moscow"))


def queue(tx: Transaction, *recipients: str, period: Period = PERIOD) -> Any:
    return digests.queue(
        tx,
        "weekly",
        period=period,
        figures=count(tx, period),
        recipients=recipients,
        style=Format.HTML,
    )


def rows(store: Store, query: str) -> list[Any]:
    return [tuple(row) for row in store.read(lambda tx: tx.run(text(query)).all())]


def test_a_recipient_gets_it_once(store: Store) -> None:
    assert store.write(lambda tx: queue(tx, BOSS)) == (BOSS,)
    assert store.write(lambda tx: queue(tx, BOSS, HEAD)) == (HEAD,)
    assert store.write(lambda tx: queue(tx, BOSS, HEAD)) == ()
    queued = "SELECT target, kind, state FROM delivery ORDER BY id"
    assert rows(store, queued) == [(BOSS, "digest", "new"), (HEAD, "digest", "new")]
    assert len(rows(store, "SELECT id FROM digest_run")) == 2


def test_what_was_made_is_known_by_its_end(store: Store) -> None:
    later = Period(start=PERIOD.end, end=PERIOD.end + timedelta(days=7))
    by_hand = Period(start=later.end, end=END + timedelta(days=9), by_hand=True)
    for period in (PERIOD, later, by_hand):
        store.write(lambda tx, period=period: queue(tx, BOSS, period=period))  # type: ignore[misc] # mypy cannot infer it
    made = store.read(lambda tx: digests.made(tx, ["weekly", "daily"]))
    assert made == {("weekly", BOSS): later.end}
    assert store.read(lambda tx: digests.made(tx, ["daily"])) == {}


def test_its_notice_is_what_was_frozen(store: Store) -> None:
    mail(InStore(store=store))
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    period = Period(start=now - timedelta(days=7), end=now)
    before = store.read(lambda tx: count(tx, period))
    store.write(lambda tx: queue(tx, BOSS, period=period))
    mail(InStore(store=store), message_id="<2@x>")
    notice = claimed(store)
    assert (notice.report, notice.recipient, notice.language) == ("weekly", BOSS, "ru")
    assert notice.figures == Figures.of(before.as_json())
    assert notice.subjects == {"NN-1": "Не печатает принтер"}
    assert notice.late is None


def test_one_that_is_made_late_says_so(store: Store) -> None:
    hour_ago = END - timedelta(hours=1)
    period = Period(start=hour_ago - timedelta(days=7), end=hour_ago)
    store.write(lambda tx: queue(tx, BOSS, period=period))
    late = claimed(store).late
    assert late is not None
    assert late > END - timedelta(minutes=1)


def claimed(store: Store) -> DigestNotice:
    """Return the notice of the one digest that waits."""

    def claim(tx: Transaction) -> list[deliveries.Due]:
        lease = timedelta(minutes=1)
        claimed = deliveries.claim(tx, Medium.MAIL, owner="t", limit=9, lease=lease)
        return [one for one in claimed if one.kind == "digest"]

    dues = store.write(claim)
    (notice,) = store.read(lambda tx: mail_notices(tx, dues, rules()))
    assert isinstance(notice, DigestNotice)
    return notice


@pytest.fixture
def rivals(templates: Templates, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    with templates.postgres(tmp_path) as places:
        both = [
            Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
            for _ in range(2)
        ]
        yield both[0], both[1]
        for store in both:
            store.close()


def test_the_second_of_two_schedulers_waits_and_finds_it_made(
    rivals: tuple[Store, Store],
) -> None:
    first, second = rivals
    begun, may_end = Event(), Event()

    def slow(tx: Transaction) -> Any:
        new = queue(tx, BOSS, HEAD)
        begun.set()
        assert may_end.wait(10)
        return new

    ours = first.submit(slow)
    assert begun.wait(10)
    theirs = second.submit(lambda tx: queue(tx, BOSS, HEAD))
    wait_for_a_waiter(first)
    may_end.set()
    assert ours.result(10) == (BOSS, HEAD)
    assert theirs.result(10) == ()
    assert len(rows(first, "SELECT id FROM delivery")) == 2


def wait_for_a_waiter(store: Store) -> None:
    waiting = (
        "SELECT 1 FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(1000):
        if rows(store, waiting):
            return
        Event().wait(0.005)
    raise AssertionError("nobody waits")
