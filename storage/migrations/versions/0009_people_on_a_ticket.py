"""Who leaves a ticket, what it is about, storms, and specialists' addresses."""

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, JsonType, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ABOUT = sa.text("subject_key IS NOT NULL")
TOLD = sa.text("kind IN ('status', 'left')")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("subject_key", sa.String(), nullable=True))
    op.create_index(
        "ticket_about",
        "ticket",
        ["subject_key", "opened_at"],
        sqlite_where=ABOUT,
        postgresql_where=ABOUT,
    )
    op.add_column("participant", sa.Column("left_at", UtcDateTime(), nullable=True))
    op.create_table(
        "storm",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recent", JsonType, nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.add_column("specialist", sa.Column("email", sa.String(), nullable=True))
    op.create_index("ix_specialist_email", "specialist", ["email"], unique=True)
    op.create_index(
        "delivery_told",
        "delivery",
        ["target", "created_at"],
        sqlite_where=TOLD,
        postgresql_where=TOLD,
    )
