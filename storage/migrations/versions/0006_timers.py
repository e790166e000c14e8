"""There is one timer of a kind for a subject."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("timer_of", "timer", ["kind", "subject"], unique=True)
