"""Field keys: columns beside those that hold blind indexes, the keys that were used, and how far sealing has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.domain.errors import SettingsError

revision = "0037"
down_revision = "0035"
branch_labels: str | None = None
depends_on: str | None = None

ADDED = (
    ("identity", "sealed_value"),
    ("conversation", "sealed_address"),
    ("suppression", "sealed_address"),
    ("challenge", "sealed_address"),
    ("profile", "sealed_attributes"),
    ("profile", "words"),
    ("person_event", "sealed_data"),
    ("feed", "sealed_feed"),
    ("feed", "mentions"),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.Text()))
    op.create_table(
        "field_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_field_key"),
    )
    op.create_table(
        "resealing",
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("column", name="pk_resealing"),
    )


def downgrade() -> None:
    sealed = op.get_bind().execute(sa.text("SELECT id FROM field_key LIMIT 1")).first()
    if sealed is not None:
        raise SettingsError(
            "fields of this database are sealed, and the version before knows nothing of that. "
            "Open them first, while no service runs: overture field-keys off"
        )
    op.drop_table("resealing")
    op.drop_table("field_key")
    for table, column in reversed(ADDED):
        op.drop_column(table, column)
