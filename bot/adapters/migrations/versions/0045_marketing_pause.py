"""How long people want to hear no marketing after a message of it."""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0045"
down_revision = "0041"
branch_labels: str | None = None
depends_on: str | None = None

log = structlog.get_logger()


def upgrade() -> None:
    op.add_column("profile", sa.Column("marketing_pause", sa.Integer(), nullable=True))


def downgrade() -> None:
    """A release of the version before would write to them more often, so whoever runs it is to know."""
    pause = sa.table("profile", sa.column("marketing_pause", sa.Integer())).c.marketing_pause
    people = op.get_bind().scalar(sa.select(sa.func.count()).where(pause.is_not(None)))
    if people:
        log.warning(
            "the release that goes with these tables does not know who wants marketing at most once in so many days. "
            "To hold to that, cap marketing there at what the most sparing of them wants, or keep its journeys paused",
            people=people,
        )
    op.drop_column("profile", "marketing_pause")
