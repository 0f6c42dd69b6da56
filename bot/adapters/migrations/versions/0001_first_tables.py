"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition: Any = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_decision"),
    )
    op.create_index("ix_decision_profile_id", "decision", ["profile_id", "position"])

    op.create_table(
        "delivery",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("outbox_key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "vendor_id", name="pk_delivery"),
    )

    op.create_table(
        "feed",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_feed"),
        sa.UniqueConstraint("feed", "key", name="uq_feed_feed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_feed", "feed", ["feed", "position"])

    op.create_table(
        "journey",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_journey"),
    )

    op.create_table(
        "outbox",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text()),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("enrolment_id", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("dispatch", sa.Text(), nullable=False),
        sa.Column("window", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("first_tried_at", sa.BigInteger()),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("vendor_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        postgresql_with={"fillfactor": 85},
        sqlite_autoincrement=True,
    )
    _partial_index("ix_outbox_dead", "outbox", ["position"], "status = 'dead'")
    _partial_index("ix_outbox_due", "outbox", ["due_at", "position"], "status = 'waiting'")
    _partial_index(
        "ix_outbox_lane", "outbox", ["conversation_id", "channel", "position"], "status IN ('waiting', 'sending')"
    )
    _partial_index("ix_outbox_queued_for", "outbox", ["profile_id"], "status = 'waiting'")
    _partial_index("ix_outbox_sending", "outbox", ["claimed_at"], "status = 'sending'")
    _partial_index("ix_outbox_sent_to", "outbox", ["profile_id", "channel", "sent_at"], "status = 'sent'")
    _partial_index("ix_outbox_vendor_id", "outbox", ["channel", "vendor_id"], "vendor_id IS NOT NULL")

    op.create_table(
        "profile",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("locale", sa.Text()),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
    )

    op.create_table(
        "suppression",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_suppression"),
    )

    op.create_table(
        "consent",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_consent_profile_id"),
        sa.PrimaryKeyConstraint("position", name="pk_consent"),
    )
    op.create_index("ix_consent_profile_id", "consent", ["profile_id", "position"])

    op.create_table(
        "conversation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("tracker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_message_at", sa.BigInteger()),
        sa.Column("disclosed_at", sa.BigInteger()),
        sa.Column("asking_enrolment", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_conversation_profile_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("channel", "address", name="uq_conversation_channel"),
    )
    op.create_index("ix_conversation_profile_id", "conversation", ["profile_id"])

    op.create_table(
        "crm_link",
        sa.Column("crm", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("crm_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_crm_link_profile_id"),
        sa.PrimaryKeyConstraint("crm", "profile_id", name="pk_crm_link"),
    )

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger()),
        sa.Column("reminded", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["journey", "version"], ["journey.id", "journey.version"], name="fk_enrolment_journey"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_enrolment_profile_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        postgresql_with={"fillfactor": 85},
    )
    _partial_index("ix_enrolment_due", "enrolment", ["due_at", "shard"], "status = 'waiting'")
    op.create_index("ix_enrolment_entered", "enrolment", ["profile_id", "journey", "entered_at"])
    _partial_index("ux_enrolment_waiting", "enrolment", ["profile_id", "journey"], "status = 'waiting'", unique=True)

    op.create_table(
        "identity",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_identity_profile_id"),
        sa.PrimaryKeyConstraint("kind", "value", "profile_id", name="pk_identity"),
    )
    op.create_index("ix_identity_profile_id", "identity", ["profile_id"])

    op.create_table(
        "score_change",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_score_change_profile_id"),
        sa.PrimaryKeyConstraint("position", name="pk_score_change"),
        sa.UniqueConstraint("key", name="uq_score_change_key"),
    )
    op.create_index("ix_score_change_profile_id", "score_change", ["profile_id", "position"])

    op.create_table(
        "event",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_event_conversation_id"),
        sa.PrimaryKeyConstraint("conversation_id", "sequence", name="pk_event"),
    )
    _partial_index("ix_event_speech", "event", ["conversation_id", "sequence"], "kind IN ('user', 'bot')")

    op.create_table(
        "handoff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("desk_address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("card_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_handoff_conversation_id"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_handoff_profile_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handoff"),
        sa.UniqueConstraint("card_key", name="uq_handoff_card_key"),
    )
    _partial_index("ix_handoff_open_for", "handoff", ["profile_id"], "state <> 'closed'")
    _partial_index("ux_handoff_open", "handoff", ["conversation_id"], "state <> 'closed'", unique=True)

    op.create_table(
        "inbox",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_inbox_conversation_id"),
        sa.PrimaryKeyConstraint("position", name="pk_inbox"),
        sa.UniqueConstraint("channel", "vendor_id", name="uq_inbox_channel"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_inbox_due", "inbox", ["due_at"], "status = 'waiting'")
    _partial_index("ix_inbox_waiting", "inbox", ["conversation_id", "position"], "status = 'waiting'")


def downgrade() -> None:
    for table in (
        "inbox",
        "handoff",
        "event",
        "score_change",
        "identity",
        "enrolment",
        "crm_link",
        "conversation",
        "consent",
        "suppression",
        "profile",
        "outbox",
        "journey",
        "feed",
        "delivery",
        "decision",
    ):
        op.drop_table(table)
