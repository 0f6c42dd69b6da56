"""Reviews of unclear messages, and an index that finds what was said last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels: str | None = None
depends_on: str | None = None

HEARD = sa.text("kind IN ('user', 'rewind')")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_review"),
    )
    op.create_index("ix_event_heard", "event", ["at"], sqlite_where=HEARD, postgresql_where=HEARD)


def downgrade() -> None:
    op.drop_index("ix_event_heard", "event")
    op.drop_table("review")
