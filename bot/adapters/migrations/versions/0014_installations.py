"""Workspaces in which a channel was installed, tokens that may be used once, and the pages of reps at the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("renewing_until", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "workspace", name="pk_installation"),
    )
    op.create_table(
        "used_token",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_used_token"),
    )
    op.create_index("ix_used_token_until", "used_token", ["until"])
    op.create_table(
        "desk_page",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_desk_page"),
    )
    op.create_index("ix_desk_page_rep", "desk_page", ["channel", "rep"])


def downgrade() -> None:
    op.drop_table("desk_page")
    op.drop_table("used_token")
    op.drop_table("installation")
