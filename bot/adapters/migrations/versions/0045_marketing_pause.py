"""How long people want to hear no marketing after a message of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0041"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("marketing_pause", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("profile", "marketing_pause")
