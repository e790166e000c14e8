"""Queues of a bus that was away for long, filled by the database itself."""

from __future__ import annotations

from sqlalchemy import TextClause, bindparam, text

from storage.columns import UtcDateTime
from storage.store import Store
from storage.transaction import Transaction

TARGET = "corporate"
DEPTH = 20  # events of each stream
_COUNTED = (
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
)
_BODY = """'{"id":"event-' || i || '","time":"2026-03-02T09:00:00.000000Z",'
    || '"type":"zayavka.ticket.comment-added.v1",'
    || '"partitionkey":"NN-' || (i % :streams) || '","sequence":"'
    || (i / :streams + 1) || '","data":"' || CAST(:padding AS text) || '"}'"""
_DELIVERIES = """{counted}
INSERT INTO delivery (event_id, channel, target, lane, budget, priority, kind, facts,
    payload, state, attempts, created_at, next_at)
SELECT 'event-' || i, 'bus', CAST(:target AS text),
    'bus/' || CAST(:target AS text) || '/ticket:NN-' || (i % :streams),
    CAST(:target AS text), 1, 'comment-added', {facts}, {payload}, 'new', 0,
    {now}, {now}
FROM n"""
_LANES = """INSERT INTO lane (key, kind, budget, priority, next_at, fence)
SELECT DISTINCT lane, 'bus', budget, 1, next_at, 0 FROM delivery"""
_WORDS = {
    "sqlite": {
        "facts": "'{}'",
        "payload": f"CAST({_BODY} AS BLOB)",
        "now": ":now",
    },
    "postgresql": {
        "facts": "CAST('{}' AS jsonb)",
        "payload": f"convert_to({_BODY}, 'UTF8')",
        "now": "CAST(:now AS timestamptz)",
    },
}


def fill(store: Store, events: int, *, padding: int = 500) -> None:
    """Let so many events wait, the streams as deep as each other."""

    def job(tx: Transaction) -> None:
        values = {
            "last": events - 1,
            "streams": events // DEPTH,
            "target": TARGET,
            "padding": "x" * padding,
            "now": tx.now,
        }
        tx.run(_deliveries(tx.connection.dialect.name), values)
        tx.run(text(_LANES))
        tx.filled.add("bus")

    store.write(job)
    if not store.is_sqlite:  # as the database does by itself before long
        store.write(lambda tx: tx.run(text("ANALYZE")) and None)


def _deliveries(dialect: str) -> TextClause:
    words = _WORDS[dialect]
    query = _DELIVERIES.format(counted=_COUNTED, **words)
    return text(query).bindparams(bindparam("now", type_=UtcDateTime()))
