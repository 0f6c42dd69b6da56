"""Who has a CRM's record: looked up for each event that a CRM tells."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_index("ix_crm_link_crm_id", "crm_link", ["crm", "crm_id"])


def downgrade() -> None:
    op.drop_index("ix_crm_link_crm_id", "crm_link")
