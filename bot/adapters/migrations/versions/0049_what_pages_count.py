"""Indexes by which pages find who is parked, and reports what was in their days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels: str | None = None
depends_on: str | None = None

PARKED = sa.text("status = 'parked'")


def upgrade() -> None:
    op.create_index("ix_person_event_event", "person_event", ["event", "at"], if_not_exists=True)
    op.create_index("ix_enrolment_entered_at", "enrolment", ["entered_at"], if_not_exists=True)
    op.create_index(
        "ix_enrolment_parked",
        "enrolment",
        ["journey", "entered_at"],
        if_not_exists=True,
        sqlite_where=PARKED,
        postgresql_where=PARKED,
    )


def downgrade() -> None:
    op.drop_index("ix_enrolment_parked", "enrolment")
    op.drop_index("ix_enrolment_entered_at", "enrolment")
    op.drop_index("ix_person_event_event", "person_event")
