"""What reports told of mails that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sent_mail", sa.Column("fate", sa.String(), nullable=True))
