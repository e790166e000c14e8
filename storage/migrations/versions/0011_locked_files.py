"""What specialists are told of files; locked ones are found by their bytes."""

import sqlalchemy as sa
from alembic import op

from storage.columns import JsonType

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("remarks", JsonType, nullable=True))
    locked = sa.text("state = 'infected'")
    op.create_index(
        "attachment_locked",
        "attachment",
        ["sha256"],
        sqlite_where=locked,
        postgresql_where=locked,
    )
