"""What is asked of people who opted out, or may have meant to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "opt_out_question",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("asking", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_opt_out_question_profile_id_profile"),
        sa.PrimaryKeyConstraint("id", name="pk_opt_out_question"),
    )
    op.create_index("ix_opt_out_question_profile_id", "opt_out_question", ["profile_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("opt_out_question")
