"""What a vendor told of a message is found by our own key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels: str | None = None
depends_on: str | None = None

HAS_KEY = sa.text("outbox_key IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_outbox_key", "delivery", ["outbox_key"], sqlite_where=HAS_KEY, postgresql_where=HAS_KEY
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_outbox_key", "delivery")
