"""What CRMs were given of people: each field, with where it came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels: str | None = None
depends_on: str | None = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "crm_write",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("crm", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record", sa.Text()),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_crm_write_profile_id_profile"),
        sa.PrimaryKeyConstraint("position", name="pk_crm_write"),
    )
    op.create_index("ix_crm_write_profile_id", "crm_write", ["profile_id", "position"])
    op.create_index("ix_crm_write_key", "crm_write", ["key"])


def downgrade() -> None:
    op.drop_table("crm_write")
