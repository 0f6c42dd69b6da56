"""Which trace something in the inbox or the outbox is part of; and whose it is in the key of open hand-offs.

The columns may be empty, so no row is rewritten. The key means what it meant, for a conversation is one person's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("trace", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("trace", sa.Text(), nullable=True))
    _key_of_open_handoffs("conversation_id", "profile_id")


def downgrade() -> None:
    _key_of_open_handoffs("conversation_id")
    op.drop_column("outbox", "trace")
    op.drop_column("inbox", "trace")


def _key_of_open_handoffs(*columns: str) -> None:
    is_open = sa.text("state <> 'closed'")
    op.drop_index("ux_handoff_open", "handoff")
    op.create_index(
        "ux_handoff_open", "handoff", list(columns), unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
