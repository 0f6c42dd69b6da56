"""How far each import of people has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    numbers = ("rows", "new", "changed", "same", "refused", "warned", "reported")
    op.create_table(
        "people_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("cursor", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("id", name="pk_people_import"),
    )


def downgrade() -> None:
    op.drop_table("people_import")
