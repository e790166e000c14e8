"""Strangers who wait to be let in, and who is blocked."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'held'")
ASKED = sa.text("state = 'held' AND asked")
QUESTIONS = sa.text("kind = 'question'")
AUTOMATIC = sa.text("kind IN ('accepted', 'not-served')")


def upgrade() -> None:
    for table in ("organisation", "contact"):
        op.add_column(table, _flag("blocked"))
    op.create_table(
        "blocked_domain",
        sa.Column("domain", sa.String(), primary_key=True),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
    )
    op.add_column("arrival", sa.Column("held_for", sa.String(), nullable=True))
    op.add_column("arrival", sa.Column("question", columns.MaybeJson, nullable=True))
    op.add_column("arrival", _flag("asked"))
    _index("arrival_held", ["held_for", "id"], WAITS)
    _index("arrival_asked", ["id"], ASKED)
    _index("delivery_question", ["arrival_id"], QUESTIONS)
    op.drop_index("delivery_acknowledged", "delivery")
    _index("delivery_acknowledged", ["target", "created_at"], AUTOMATIC)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _index(name: str, on: list[str], where: sa.TextClause) -> None:
    table = name.partition("_")[0]
    op.create_index(name, table, on, sqlite_where=where, postgresql_where=where)
