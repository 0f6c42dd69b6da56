"""From which network address the form of a consent was sent: of those that are there already, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("consent", sa.Column("ip", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("consent", "ip")
