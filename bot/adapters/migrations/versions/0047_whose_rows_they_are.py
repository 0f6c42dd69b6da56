"""Indexes by which merges, deletions and imports find the rows that they concern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels: str | None = None
depends_on: str | None = None

INDEXES = (
    ("ix_outbox_profile_id", "outbox", ["profile_id"]),
    ("ix_outbox_conversation_id", "outbox", ["conversation_id"]),
    ("ix_inbox_conversation_id", "inbox", ["conversation_id", "received_at"]),
    ("ix_handoff_profile_id", "handoff", ["profile_id"]),
    ("ix_meeting_conversation_id", "meeting", ["conversation_id"]),
    ("ix_crm_link_profile_id", "crm_link", ["profile_id"]),
    ("ix_suppression_address", "suppression", ["address"]),
)
WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, if_not_exists=True)
    op.drop_index("ix_outbox_queued_for", "outbox")


def downgrade() -> None:
    op.create_index(
        "ix_outbox_queued_for",
        "outbox",
        ["profile_id"],
        if_not_exists=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table)
