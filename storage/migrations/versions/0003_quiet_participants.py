"""Participants who get none of the desk's own notices."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "participant",
        sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
