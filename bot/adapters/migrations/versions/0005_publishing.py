"""What is in force of each journey, who changed it, and people whose journey is paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels: str | None = None
depends_on: str | None = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("status = 'waiting'")
GOES_ON = sa.text("status = 'waiting' AND paused_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "journey_state",
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("running", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.PrimaryKeyConstraint("journey", name="pk_journey_state"),
    )
    op.create_table(
        "journey_change",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_journey_change"),
    )
    op.create_index("ix_journey_change_journey", "journey_change", ["journey", "position"])
    op.add_column("journey", sa.Column("drained", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("enrolment", sa.Column("paused_at", sa.BigInteger()))
    _due_index(GOES_ON)


def downgrade() -> None:
    _due_index(WAITING)
    op.drop_column("enrolment", "paused_at")
    op.drop_column("journey", "drained")
    op.drop_table("journey_change")
    op.drop_table("journey_state")


def _due_index(where: sa.TextClause) -> None:
    op.drop_index("ix_enrolment_due", "enrolment")
    op.create_index("ix_enrolment_due", "enrolment", ["due_at", "shard"], sqlite_where=where, postgresql_where=where)
