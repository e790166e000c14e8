"""The events that were published are counted without reading their bodies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PUBLISHED = sa.text("channel = 'bus' AND state = 'sent'")


def upgrade() -> None:
    op.create_index(
        "delivery_published",
        "delivery",
        ["target"],
        sqlite_where=PUBLISHED,
        postgresql_where=PUBLISHED,
    )
