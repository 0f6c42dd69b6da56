"""When an address that is left alone last asked for it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("suppression", sa.Column("again_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("suppression", "again_at")
