"""Runs the migrations on the connection that storage.schema hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 # fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=False,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
