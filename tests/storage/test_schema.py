"""The schema: what is migrated is what is written, and it guards the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from storage import schema
from storage.columns import UtcDateTime
from storage.engine import one_shot, parse_url
from storage.store import Places, Store, is_current, upgrade
from storage.transaction import Transaction
from tests.desks import post
from tests.storage.desk import InStore, hire, know, play


def same_type(
    _context: Any, _inspected: Any, column: Any, inspected: Any, written: Any
) -> bool | None:
    """Compare types but for our moments, which are text on SQLite."""
    del column, inspected
    return False if isinstance(written, UtcDateTime) else None


@pytest.fixture
def engine(places: Places) -> Any:
    made: Engine = one_shot(places.url)
    yield made
    made.dispose()


def test_the_migrated_schema_is_the_written_one(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": same_type, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_upgrading_twice_is_harmless(places: Places, engine: Engine) -> None:
    assert is_current(places)
    upgrade(places)
    schema.upgrade(engine)
    assert is_current(places)


def test_a_new_database_is_not_current(tmp_path: Path) -> None:
    places = Places(url=make_url(f"sqlite:///{tmp_path}/new.db"), blobs=tmp_path)
    assert not is_current(places)
    upgrade(places)
    assert is_current(places)


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y"],
)
def test_a_database_we_do_not_speak_to_is_named(url: str) -> None:
    with pytest.raises(ValueError, match=r"storage\.url"):
        parse_url(url)


STREAMS = ("ticket", "contact", "organisation", "specialist")


@pytest.fixture
def filled(store: Store) -> Store:
    bench = InStore(store=store)
    hire(bench)
    know(bench, "partner.example")
    play(bench, post())
    return store


def refused(store: Store, statement: str) -> bool:
    def job(tx: Transaction) -> None:
        tx.run(text(statement))

    return store.submit(job).exception() is not None


def stand(store: Store, table: str) -> list[Any]:
    query = schema.table(table).select()
    return store.read(lambda tx: list(tx.run(query)))


@pytest.mark.parametrize("table", STREAMS)
def test_nothing_that_has_a_stream_changes_without_its_event(
    filled: Store, table: str
) -> None:
    name = "subject" if table == "ticket" else "name"
    before = stand(filled, table)
    assert before
    for change in (f"{name} = 'x'", f"{name} = 'x', version = version + 1"):
        assert refused(filled, f"UPDATE {table} SET {change}"), change  # noqa: S608 # our own words
    assert stand(filled, table) == before


COPIED = """INSERT INTO event (id, stream, seq, type, actor, at, data)
SELECT 'x', stream, seq, type, actor, at, data FROM event WHERE seq = 1"""


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE event SET actor = 'x'",
        "UPDATE event SET data = '{}' WHERE seq = 1",
        COPIED,
    ],
)
def test_the_journal_is_only_added_to(filled: Store, statement: str) -> None:
    assert refused(filled, statement)


def test_a_ticket_without_its_first_event_is_refused(filled: Store) -> None:
    (row,) = stand(filled, "ticket")
    twin = {**row._mapping, "id": 999, "number": "NN-999", "stream": "ticket:NN-999"}
    insert = schema.table("ticket").insert()

    def job(tx: Transaction) -> None:
        tx.run(insert, twin)

    assert filled.submit(job).exception() is not None


def test_the_desk_works_on_after_every_refusal(filled: Store) -> None:
    for _ in range(3):
        assert refused(filled, "UPDATE ticket SET subject = 'x', version = version + 1")
    verdict = play(InStore(store=filled), post(message_id="<later@x>", subject="Ещё"))
    assert verdict.outcome == "ticket"
