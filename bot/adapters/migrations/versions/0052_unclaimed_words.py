"""An index by which what vendors told of messages that nobody knows is found, to be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels: str | None = None
depends_on: str | None = None

UNCLAIMED = sa.text("outbox_key IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_unclaimed",
        "delivery",
        ["at"],
        if_not_exists=True,
        sqlite_where=UNCLAIMED,
        postgresql_where=UNCLAIMED,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_unclaimed", "delivery")
