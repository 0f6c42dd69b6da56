"""Changes of segments are read by their key alone: a second index of the same order cost each of a million rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels: str | None = None
depends_on: str | None = None

WAITING = sa.text("error = ''")


def upgrade() -> None:
    op.drop_index("ix_segment_change_waiting", "segment_change")


def downgrade() -> None:
    op.create_index(
        "ix_segment_change_waiting", "segment_change", ["position"], sqlite_where=WAITING, postgresql_where=WAITING
    )
