"""Until when people want no marketing."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from alembic import op

from bot.adapters.tables.columns import Moment

revision = "0053"
down_revision = "0052"
branch_labels: str | None = None
depends_on: str | None = None

log = structlog.get_logger()


def upgrade() -> None:
    op.add_column("profile", sa.Column("paused_until", Moment, nullable=True))


def downgrade() -> None:
    """A release of the version before would write to them, so whoever runs it is to know."""
    paused = sa.table("profile", sa.column("paused_until", Moment)).c.paused_until
    people = op.get_bind().scalar(sa.select(sa.func.count()).where(paused > datetime.now(UTC)))
    if people:
        log.warning(
            "the release that goes with these tables does not know who wants no marketing before a day. To hold to "
            "that, keep the journeys of marketing paused there",
            people=people,
        )
    op.drop_column("profile", "paused_until")
