"""The timeline of people, merges of two profiles into one, and what is left of people who were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels: str | None = None
depends_on: str | None = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_KEY = sa.text("key IS NOT NULL")


def upgrade() -> None:
    for wish in ("objected_at", "restricted_at"):
        op.add_column("profile", sa.Column(wish, sa.BigInteger()))
    op.create_table(
        "person_event",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_person_event_profile_id_profile"),
        sa.PrimaryKeyConstraint("position", name="pk_person_event"),
    )
    op.create_index("ix_person_event_profile_id", "person_event", ["profile_id", "event", "at"])
    op.create_index(
        "ux_person_event_key", "person_event", ["key"], unique=True, sqlite_where=HAS_KEY, postgresql_where=HAS_KEY
    )
    op.create_table(
        "merge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("merged", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
    )
    op.create_index("ix_merge_kept", "merge", ["kept"])
    op.create_index("ix_merge_merged", "merge", ["merged"])
    op.create_table(
        "erased_address",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "channel", name="pk_erased_address"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("erased_address")
    op.drop_table("merge")
    op.drop_table("person_event")
    for wish in ("restricted_at", "objected_at"):
        op.drop_column("profile", wish)
