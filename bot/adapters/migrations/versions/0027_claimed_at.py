"""When somebody first had a hand-off, and an index over what a desk was asked to take."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0022"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("claimed_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_handoff_asked", "handoff", ["desk", "desk_address", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_handoff_asked", "handoff")
    op.drop_column("handoff", "claimed_at")
