"""The files that customers sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "sent_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_sent_file_profile_id_profile"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_sent_file_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sent_file"),
        sa.UniqueConstraint("key", name="uq_sent_file_key"),
    )
    op.create_index("ix_sent_file_profile", "sent_file", ["profile_id", "at"])
    op.create_index("ix_sent_file_conversation", "sent_file", ["conversation_id", "at"])


def downgrade() -> None:
    op.drop_table("sent_file")
