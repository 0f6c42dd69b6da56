"""Segments; and what is known of people as JSON that conditions can look into."""

from __future__ import annotations

import json
import math
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels: str | None = None
depends_on: str | None = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("error = ''")


def upgrade() -> None:
    _mend_attributes()
    if op.get_bind().dialect.name == "postgresql":
        for column in ("attributes", "tags"):
            op.execute(f"ALTER TABLE profile ALTER COLUMN {column} TYPE JSONB USING {column}::jsonb")
    op.create_table(
        "segment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
    )
    op.create_table(
        "segment_member",
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "profile_id", name="pk_segment_member"),
    )
    op.create_index("ix_segment_member_profile_id", "segment_member", ["profile_id"])
    op.create_table(
        "segment_change",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_segment_change"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_segment_change_waiting", "segment_change", ["position"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    op.drop_table("segment_change")
    op.drop_table("segment_member")
    op.drop_table("segment")
    if op.get_bind().dialect.name == "postgresql":
        for column in ("attributes", "tags"):
            op.execute(f"ALTER TABLE profile ALTER COLUMN {column} TYPE TEXT USING {column}::text")


def _mend_attributes() -> None:
    """Neither database looks into JSON with a NUL character, and neither knows infinite numbers in it."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT id, attributes FROM profile WHERE attributes LIKE '%u0000%' "
            "OR attributes LIKE '%Infinity%' OR attributes LIKE '%NaN%'"
        )
    ).all()
    for profile_id, attributes in found:
        mended = json.dumps(_mended(json.loads(attributes)), ensure_ascii=False)
        connection.execute(
            sa.text("UPDATE profile SET attributes = :mended WHERE id = :id"), {"id": profile_id, "mended": mended}
        )


def _mended(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {_mended(key): _mended(one) for key, one in value.items()}
        case list():
            return [_mended(one) for one in value]
        case _:
            return value
