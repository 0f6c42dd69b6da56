"""Schedules of journeys, runs side by side, entries that happen once, goals, and which message goes first."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels: str | None = None
depends_on: str | None = None

WAITING = sa.text("status = 'waiting'")
ENTERED_ONCE = sa.text("entry IS NOT NULL")
IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="100"))
    op.add_column("outbox", sa.Column("cap", sa.Text(), nullable=False, server_default="skip"))
    op.add_column("enrolment", sa.Column("entry", sa.Text()))
    op.add_column("enrolment", sa.Column("lane", sa.Text(), nullable=False, server_default=""))
    op.add_column("enrolment", sa.Column("goal_at", sa.BigInteger()))
    op.drop_index("ux_enrolment_waiting", "enrolment")
    _unique("ux_enrolment_waiting", ["profile_id", "journey", "lane"], WAITING)
    _unique("ux_enrolment_entry", ["journey", "entry"], ENTERED_ONCE)
    op.create_table(
        "schedule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
    )
    op.create_index("ix_schedule_due", "schedule", ["due_at"], sqlite_where=IS_DUE, postgresql_where=IS_DUE)
    _rewrite(_with_entries)


def downgrade() -> None:
    _rewrite(_with_one_event)
    op.drop_table("schedule")
    op.drop_index("ux_enrolment_entry", "enrolment")
    op.drop_index("ux_enrolment_waiting", "enrolment")
    _unique("ux_enrolment_waiting", ["profile_id", "journey"], WAITING)
    for table, columns in (("enrolment", ("goal_at", "lane", "entry")), ("outbox", ("cap", "priority"))):
        for column in columns:
            op.drop_column(table, column)


def _unique(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "enrolment", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _rewrite(change: Any) -> None:
    """Those who are inside a journey go on with the version that they entered, so its words must stay readable."""
    journey = sa.table("journey", sa.column("id"), sa.column("version"), sa.column("body"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(journey)).all():
        body = json.loads(row.body)
        change(body)
        here = (journey.c.id == row.id) & (journey.c.version == row.version)
        connection.execute(sa.update(journey).where(here).values(body=json.dumps(body)))


def _with_entries(body: dict[str, Any]) -> None:
    if "enter_event" not in body:
        return
    entry = {"event": body.pop("enter_event"), "where": [], "kind": "event"}
    body["entries"] = [entry | {"condition": body.pop("enter_if"), "again_after": body.pop("again_after")}]


def _with_one_event(body: dict[str, Any]) -> None:
    events = [one for one in body.pop("entries", []) if one["kind"] == "event"]
    first = events[0] if events else {"event": "", "condition": None, "again_after": None}
    body |= {"enter_event": first["event"], "enter_if": first["condition"], "again_after": first["again_after"]}
