"""Which processes run on the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.adapters.tables.columns import Moment

revision = "0048"
down_revision = "0047"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "process",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("seconds_ahead", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_process"),
    )


def downgrade() -> None:
    op.drop_table("process")
