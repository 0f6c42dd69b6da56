"""Whom a hand-off was offered, and whose turn it was at each desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels: str | None = None
depends_on: str | None = None

IS_OPEN = sa.text("state <> 'closed'")


def upgrade() -> None:
    op.add_column("handoff", sa.Column("offered_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("handoff", sa.Column("offered_why", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_handoff_open_at", "handoff", ["desk", "desk_address"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_table(
        "desk_turn",
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "rep", name="pk_desk_turn"),
    )


def downgrade() -> None:
    op.drop_table("desk_turn")
    op.drop_index("ix_handoff_open_at", "handoff")
    op.drop_column("handoff", "offered_why")
    op.drop_column("handoff", "offered_to")
