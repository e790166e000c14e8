"""The tables."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("envelope", columns.JsonType, nullable=False),
        sa.Column("blob_key", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_id", sa.String(), nullable=True),
        sa.Column("ticket_id", columns.BigId, nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "source_key"),
    )
    op.create_index(
        "arrival_parked",
        "arrival",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "arrival_waiting",
        "arrival",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        op.f("ix_arrival_ticket_id"), "arrival", ["ticket_id"], unique=False
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "chat",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("telegram_id", columns.BigId, nullable=False),
        sa.Column("former_id", columns.BigId, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("former_id"),
        sa.UniqueConstraint("telegram_id"),
    )
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", columns.JsonType, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "digest_run",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("figures", columns.JsonType, nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("report", "period", "recipient"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("causation", columns.BigId, nullable=True),
        sa.Column("data", columns.JsonType, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "seq"),
    )
    op.create_table(
        "lane",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("budget", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("next_at", columns.UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", columns.UtcDateTime(), nullable=True),
        sa.Column("fence", columns.BigId, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "lane_due", "lane", ["kind", "budget", "priority", "next_at"], unique=False
    )
    op.create_index(
        "lane_urgent", "lane", ["kind", "priority", "next_at"], unique=False
    )
    op.create_table(
        "link_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=True),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "site",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("counter", columns.BigId, nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "timer",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("timer_due", "timer", ["due_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream", "version"],
            ["event.stream", "event.seq"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "specialist",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("telegram_id", columns.BigId, nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("skills", columns.JsonType, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream", "version"],
            ["event.stream", "event.seq"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("telegram_id"),
    )
    op.create_table(
        "absence",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("specialist_id", columns.BigId, nullable=False),
        sa.Column("starts_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ends_at", columns.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialist.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_absence_specialist_id"), "absence", ["specialist_id"], unique=False
    )
    op.create_table(
        "contact",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", columns.BigId, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("erased_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["stream", "version"],
            ["event.stream", "event.seq"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_contact_organisation_id"), "contact", ["organisation_id"], unique=False
    )
    op.create_table(
        "day_figures",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("organisation_id", columns.BigId, nullable=True),
        sa.Column("specialist_id", columns.BigId, nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("answer_seconds", columns.BigId, nullable=False),
        sa.Column("resolution_seconds", columns.BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialist.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "day", "site", "organisation_id", "specialist_id", "priority"
        ),
    )
    op.create_table(
        "domain",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("organisation_id", columns.BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("domain"),
    )
    op.create_index(
        op.f("ix_domain_organisation_id"), "domain", ["organisation_id"], unique=False
    )
    op.create_table(
        "address",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("contact_id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "value"),
    )
    op.create_index(
        op.f("ix_address_contact_id"), "address", ["contact_id"], unique=False
    )
    op.create_table(
        "ticket",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("organisation_id", columns.BigId, nullable=True),
        sa.Column("requester_id", columns.BigId, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("awaiting", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("assignee_id", columns.BigId, nullable=True),
        sa.Column("custom", columns.JsonType, nullable=False),
        sa.Column("opened_at", columns.UtcDateTime(), nullable=False),
        sa.Column("first_answer_at", columns.UtcDateTime(), nullable=True),
        sa.Column("resolved_at", columns.UtcDateTime(), nullable=True),
        sa.Column("closed_at", columns.UtcDateTime(), nullable=True),
        sa.Column("answer_due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("resolve_due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("merged_into", columns.BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["specialist.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["contact.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["stream", "version"],
            ["event.stream", "event.seq"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(
        op.f("ix_ticket_assignee_id"), "ticket", ["assignee_id"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_organisation_id"), "ticket", ["organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_requester_id"), "ticket", ["requester_id"], unique=False
    )
    op.create_index("ticket_stage", "ticket", ["stage", "id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=False),
        sa.Column("arrival_id", columns.BigId, nullable=True),
        sa.Column("contact_id", columns.BigId, nullable=True),
        sa.Column("specialist_id", columns.BigId, nullable=True),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialist.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index(
        op.f("ix_comment_arrival_id"), "comment", ["arrival_id"], unique=False
    )
    op.create_index(
        op.f("ix_comment_ticket_id"), "comment", ["ticket_id"], unique=False
    )
    op.create_table(
        "message_ref",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=True),
        sa.Column("arrival_id", columns.BigId, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index(
        op.f("ix_message_ref_ticket_id"), "message_ref", ["ticket_id"], unique=False
    )
    op.create_table(
        "participant",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=False),
        sa.Column("contact_id", columns.BigId, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "contact_id"),
    )
    op.create_index(
        op.f("ix_participant_contact_id"), "participant", ["contact_id"], unique=False
    )
    op.create_table(
        "ticket_link",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=False),
        sa.Column("other_id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "other_id", "kind"),
    )
    op.create_table(
        "topic",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=False),
        sa.Column("chat_id", columns.BigId, nullable=False),
        sa.Column("thread_id", columns.BigId, nullable=False),
        sa.Column("card_message_id", columns.BigId, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chat_id", "thread_id"),
    )
    op.create_index(op.f("ix_topic_ticket_id"), "topic", ["ticket_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("comment_id", columns.BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_attachment_comment_id"), "attachment", ["comment_id"], unique=False
    )
    op.create_table(
        "chat_message",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("chat_id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("comment_id", columns.BigId, nullable=True),
        sa.Column("ticket_id", columns.BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chat_id", "message_id"),
    )
    op.create_index(
        op.f("ix_chat_message_comment_id"), "chat_message", ["comment_id"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("arrival_id", columns.BigId, nullable=True),
        sa.Column("ticket_id", columns.BigId, nullable=True),
        sa.Column("comment_id", columns.BigId, nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("budget", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", columns.JsonType, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("next_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=True),
        sa.Column("sent_at", columns.UtcDateTime(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "delivery_acknowledged",
        "delivery",
        ["target", "created_at"],
        unique=False,
        sqlite_where=sa.text("kind = 'accepted'"),
        postgresql_where=sa.text("kind = 'accepted'"),
    )
    op.create_index(
        "delivery_comment", "delivery", ["comment_id", "channel"], unique=False
    )
    op.create_index(
        "delivery_parked",
        "delivery",
        ["channel", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "delivery_waiting",
        "delivery",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('new', 'sending', 'uncertain')"),
        postgresql_where=sa.text("state IN ('new', 'sending', 'uncertain')"),
    )
    op.create_index(
        op.f("ix_delivery_ticket_id"), "delivery", ["ticket_id"], unique=False
    )
    op.create_table(
        "revision",
        sa.Column("id", columns.BigId, autoincrement=True, nullable=False),
        sa.Column("comment_id", columns.BigId, nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_revision_comment_id"), "revision", ["comment_id"], unique=False
    )
    op.create_table(
        "sent_mail",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("delivery_id", columns.BigId, nullable=False),
        sa.Column("ticket_id", columns.BigId, nullable=True),
        sa.Column("comment_id", columns.BigId, nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index(
        op.f("ix_sent_mail_delivery_id"), "sent_mail", ["delivery_id"], unique=False
    )
    op.create_index(
        op.f("ix_sent_mail_ticket_id"), "sent_mail", ["ticket_id"], unique=False
    )
