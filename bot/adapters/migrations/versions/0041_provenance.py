"""Who told what is known of people: of whom it is not kept yet, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0039"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("provenance", sa.Text(), nullable=True))
    op.add_column("identity", sa.Column("origin", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("identity", "origin")
    op.drop_column("profile", "provenance")
