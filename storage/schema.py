"""The tables by name, and the way to the migrations that make them."""

from __future__ import annotations

from sqlalchemy import Engine, Table
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 # fills the metadata


def table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, in one transaction."""
    from storage import revisions  # noqa: PLC0415 # Alembic takes a tenth of a second

    revisions.upgrade(engine)


def is_current(engine: Engine) -> bool:
    """Say whether the database has the schema that this program was written for."""
    from storage import revisions  # noqa: PLC0415 # see above

    return revisions.is_current(engine)
