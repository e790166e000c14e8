"""Rows that other systems tell of by their own ids; comments of such systems."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("foreign_id", sa.String(), nullable=False),
        sa.Column("row_id", columns.BigId, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "foreign_id"),
        sa.UniqueConstraint("source", "kind", "row_id"),
    )
    op.add_column("comment", sa.Column("system", sa.String(), nullable=True))
