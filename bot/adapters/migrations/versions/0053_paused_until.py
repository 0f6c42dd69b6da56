"""Until when people want no marketing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.adapters.tables.columns import Moment

revision = "0053"
down_revision = "0052"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("paused_until", Moment, nullable=True))


def downgrade() -> None:
    op.drop_column("profile", "paused_until")
