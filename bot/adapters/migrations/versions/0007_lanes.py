"""What waits to leave is taken lane by lane, so that a campaign holds up no reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels: str | None = None
depends_on: str | None = None

WAITING = sa.text("status = 'waiting'")


OTHER_SYSTEMS = sa.text(
    "UPDATE outbox SET lane = 'crm' WHERE status IN ('waiting', 'sending') "
    'AND dispatch NOT LIKE \'%"kind":"channel_message"%\''
)
JOURNEYS = sa.text(
    "UPDATE outbox SET lane = 'sends' WHERE status IN ('waiting', 'sending') "
    "AND (priority < 100 OR enrolment_id IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.Text(), nullable=False, server_default="replies"))
    op.execute(JOURNEYS)
    op.execute(OTHER_SYSTEMS)
    _due_index(["lane", "due_at", "position"])


def downgrade() -> None:
    _due_index(["due_at", "position"])
    op.drop_column("outbox", "lane")


def _due_index(columns: list[str]) -> None:
    op.drop_index("ix_outbox_due", "outbox")
    op.create_index("ix_outbox_due", "outbox", columns, sqlite_where=WAITING, postgresql_where=WAITING)
