"""What has become of what others held of people who were erased.

The number of addresses that are left alone stands on receipts from now on; older ones do not say it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("erasure", sa.Column("suppressed", sa.Integer(), nullable=True))
    op.create_table(
        "erased_place",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("erasure_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"], name="fk_erased_place_erasure_id_erasure"),
        sa.PrimaryKeyConstraint("key", name="pk_erased_place"),
    )
    op.create_index("ix_erased_place_erasure_id", "erased_place", ["erasure_id"])


def downgrade() -> None:
    op.drop_table("erased_place")
    op.drop_column("erasure", "suppressed")
