"""Connections to the database, as durable as the promises made on them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool, StaticPool

PAGE_CACHE_KIB = 16_384
#: A checkpoint costs two fsyncs and writes a page once, however often it changed.
CHECKPOINT_PAGES = 8_000
BUSY_MS = 5_000
#: A connection that rested longer may have lost its server.
IDLE_SECONDS = 1.0


def parse_url(url: str) -> URL:
    """Read a database URL.

    ValueError names a scheme that is neither sqlite nor postgresql+psycopg.
    """
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("storage.url: SQLite needs a file, as sqlite:///path")
    elif parsed.drivername != "postgresql+psycopg":
        raise ValueError(
            f"storage.url: {parsed.drivername!r} is not sqlite or postgresql+psycopg"
        )
    return parsed


def sqlite_writer(url: URL) -> Engine:
    """Open the one connection that writes: WAL, and fsynced at every commit."""
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=StaticPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions are begun by ``begin`` below
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_MS}",
            f"cache_size = -{PAGE_CACHE_KIB}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def sqlite_reader(url: URL) -> Engine:
    """Open connections that cannot write, for everybody who only looks."""
    file = f"file:{url.database}?mode=ro"
    engine = create_engine(
        f"sqlite:///{file}&uri=true",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.execute("PRAGMA query_only = ON")
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    return engine


def postgres(url: URL, connections: int) -> Engine:
    """Open a pool of connections to PostgreSQL."""
    engine = create_engine(
        url,
        hide_parameters=True,  # they are what people wrote, and errors are logged
        pool_size=connections,
        max_overflow=2,
        pool_timeout=30,
        connect_args={
            "connect_timeout": 5,
            "prepare_threshold": 1,
            # Our statements look rows up by key: to plan them anew for each value,
            # or to compile them, takes longer than to run them.
            "options": "-c plan_cache_mode=force_generic_plan -c jit=off",
        },
    )

    @event.listens_for(engine, "checkin")
    def remember(_raw: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(raw: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("used", 0.0) > IDLE_SECONDS:
            _ask(raw)

    return engine


def _ask(raw: Any) -> None:
    """Make the pool take another connection if the server has left this one."""
    try:
        raw.execute("SELECT 1")
        raw.rollback()
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error


def one_shot(url: URL) -> Engine:
    """Open connections that are closed after use, for migrations."""
    return create_engine(url, poolclass=NullPool)
