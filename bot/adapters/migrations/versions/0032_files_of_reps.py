"""Who sent a file, where it was a rep; and an index over the hand-offs of a conversation, also those that are over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("sent_file", sa.Column("sender", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_handoff_conversation", "handoff", ["conversation_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_handoff_conversation", "handoff")
    op.drop_column("sent_file", "sender")
