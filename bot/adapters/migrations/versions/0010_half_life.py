"""Points that are worth less from day to day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("score_change", sa.Column("half_life", sa.Integer()))


def downgrade() -> None:
    op.drop_column("score_change", "half_life")
