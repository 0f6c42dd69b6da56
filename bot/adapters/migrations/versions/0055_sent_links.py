"""Links that are followed, and the pages that they lead to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "linked_page",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_linked_page"),
    )
    op.create_table(
        "sent_link",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("outbox_key", sa.Text(), nullable=False),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("clicked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("code", name="pk_sent_link"),
    )
    op.create_index("ix_sent_link_outbox_key", "sent_link", ["outbox_key"])


def downgrade() -> None:
    op.drop_table("sent_link")
    op.drop_table("linked_page")
