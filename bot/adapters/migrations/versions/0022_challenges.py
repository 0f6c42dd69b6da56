"""Proof that is asked of people, what they ask for, and of consent: its basis, its end, where it was confirmed from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("consent", sa.Column("basis", sa.Text(), nullable=False, server_default=sa.text("'consent'")))
    op.add_column("consent", sa.Column("expires_at", sa.BigInteger()))
    op.add_column("consent", sa.Column("address", sa.Text()))
    op.create_table(
        "challenge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("how", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_challenge_profile_id_profile"),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
    )
    op.create_index("ix_challenge_profile_id", "challenge", ["profile_id", "asked_at"])
    op.create_index("ix_challenge_address", "challenge", ["address", "channel", "asked_at"])

    op.create_table(
        "privacy_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_privacy_request_profile_id_profile"),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_request"),
    )
    op.create_index("ix_privacy_request_profile_id", "privacy_request", ["profile_id", "received_at"])
    undone = sa.text("done_at IS NULL")
    op.create_index(
        "ix_privacy_request_open", "privacy_request", ["due_at"], sqlite_where=undone, postgresql_where=undone
    )


def downgrade() -> None:
    op.drop_table("privacy_request")
    op.drop_table("challenge")
    for column in ("address", "expires_at", "basis"):
        op.drop_column("consent", column)
