"""How often others wrote to the conversation while the turn of a message was taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("conflicts", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "conflicts")
