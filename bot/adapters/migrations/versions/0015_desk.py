"""Whom a hand-off was offered, whose turn it was at each desk, and meetings with reps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels: str | None = None
depends_on: str | None = None

IS_BOOKED = sa.text("state = 'booked'")
IS_OPEN = sa.text("state <> 'closed'")


def upgrade() -> None:
    op.add_column("handoff", sa.Column("offered_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("handoff", sa.Column("offered_why", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_handoff_open_at", "handoff", ["desk", "desk_address"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_table(
        "desk_turn",
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "rep", name="pk_desk_turn"),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("handoff_id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_meeting_profile_id_profile"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_meeting_conversation_id_conversation"
        ),
    )
    op.create_index("ix_meeting_profile", "meeting", ["profile_id"])
    op.create_index(
        "ix_meeting_rep", "meeting", ["rep", "starts_at"], sqlite_where=IS_BOOKED, postgresql_where=IS_BOOKED
    )
    op.create_table(
        "meeting_quarter",
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rep", "at", name="pk_meeting_quarter"),
    )
    op.create_index("ix_meeting_quarter_meeting", "meeting_quarter", ["meeting_id"])


def downgrade() -> None:
    op.drop_table("meeting_quarter")
    op.drop_table("meeting")
    op.drop_table("desk_turn")
    op.drop_index("ix_handoff_open_at", "handoff")
    op.drop_column("handoff", "offered_why")
    op.drop_column("handoff", "offered_to")
