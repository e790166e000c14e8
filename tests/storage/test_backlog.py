"""However much waits for a bus, a wave costs what a wave costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from storage import deliveries
from storage.deliveries import Due
from storage.store import Store
from storage.transaction import Transaction
from tests.backlogs import TARGET, fill
from tickets.words import Medium

EVENTS = 20_000
WAVE = 100
#: A whole table is read; rows of a list that we gave do no harm.
SCANS = {
    "sqlite": re.compile(r"\bSCAN (?!.*VIRTUAL TABLE)"),
    "postgresql": re.compile(r"Seq Scan on (delivery|lane)"),
}
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


@dataclass(kw_only=True)
class Explaining:
    """A driver's cursor that has each statement explained before it runs it."""

    cursor: Any
    word: str
    plans: dict[str, str] = field(default_factory=dict)

    def execute(self, sql: str, values: Any = ()) -> Any:
        self.cursor.execute(f"{self.word} {sql}", values)
        self.plans[sql] = "\n".join(str(row[-1]) for row in self.cursor.fetchall())
        return self.cursor.execute(sql, values)

    def executemany(self, sql: str, rows: Sequence[Any]) -> Any:
        self.execute(sql, rows[0])
        return self.cursor.executemany(sql, rows[1:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)


def explained(job: Callable[[Transaction], Any], plans: dict[str, str]) -> Any:
    """Wrap a job so that the plans of its statements are known afterwards."""

    def work(tx: Transaction) -> Any:
        word = EXPLAIN[tx.connection.dialect.name]
        tx._cursor = Explaining(cursor=tx.cursor, word=word, plans=plans)
        return job(tx)

    return work


def relay_waves(store: Store) -> dict[str, str]:
    """Let two waves leave; return how each statement was run."""
    found: dict[str, str] = {}

    def claim(tx: Transaction) -> Sequence[Due]:
        lease = timedelta(minutes=5)
        return deliveries.claim(
            tx, Medium.BUS, owner="test", limit=WAVE, lease=lease, budget=TARGET
        )

    def confirm(tx: Transaction, wave: Sequence[Due]) -> None:
        deliveries.confirm(tx, [(due, "taken") for due in wave])

    for _ in range(2):
        wave = store.write(explained(claim, found))
        assert len(wave) == WAVE
        store.write(explained(partial(confirm, wave=wave), found))
    return found


def test_no_statement_of_a_wave_reads_a_whole_table(store: Store) -> None:
    fill(store, EVENTS, padding=10)
    plans = relay_waves(store)
    scan = SCANS["sqlite" if store.is_sqlite else "postgresql"]
    assert len(plans) >= 5
    for sql, plan in plans.items():
        assert not scan.search(plan), f"{sql}\n{plan}"
    [claim] = [plan for sql, plan in plans.items() if "AS waiting" in sql]
    assert "lane_due" in claim or "lane_urgent" in claim
    [heads] = [plan for sql, plan in plans.items() if "FROM lane JOIN" in sql]
    assert "delivery_waiting" in heads
