"""Guards: events are kept, and nothing that has a stream changes without one."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JOURNALLED = ("organisation", "contact", "specialist", "ticket")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgres()


def guard_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER event_{verb.lower()} BEFORE {verb} ON event "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
    for table in JOURNALLED:
        op.execute(
            f"CREATE TRIGGER {table}_journalled BEFORE UPDATE ON {table} "
            "WHEN NEW.version <= OLD.version BEGIN "
            f"SELECT RAISE(ABORT, '{table} changed without an event'); END"
        )


def guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE ON event "
        "FOR EACH ROW EXECUTE FUNCTION keep_event()"
    )
    op.execute(
        "CREATE FUNCTION demand_event() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% changed without an event', TG_TABLE_NAME; END $$"
    )
    for table in JOURNALLED:
        op.execute(
            f"CREATE TRIGGER {table}_journalled BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (NEW.version <= OLD.version) EXECUTE FUNCTION demand_event()"
        )
