"""What a turn starts from, in one statement: every turn reads it, and each statement costs as much as the engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Table, and_, bindparam, select, text

from bot.adapters.tables import conversation, handoff, profile, suppression

PARTS = (conversation, profile, handoff, suppression)
_other = conversation.alias("other")
_asking_elsewhere = (
    select(_other.c.id)
    .where(
        _other.c.profile_id == conversation.c.profile_id,
        _other.c.id != conversation.c.id,
        _other.c.asking_enrolment.is_not(None),
    )
    .order_by(_other.c.last_message_at.desc())
    .limit(1)
    .correlate(conversation)
    .scalar_subquery()
    .label("asking_elsewhere")
)
STANDING = (
    select(*(column.label(f"{table.name}_{column.name}") for table in PARTS for column in table.c), _asking_elsewhere)
    .select_from(conversation)
    .join(profile, profile.c.id == conversation.c.profile_id)
    .outerjoin(handoff, and_(handoff.c.conversation_id == conversation.c.id, text("handoff.state <> 'closed'")))
    .outerjoin(
        suppression,
        and_(suppression.c.channel == conversation.c.channel, suppression.c.address == conversation.c.address),
    )
    .where(conversation.c.id == bindparam("conversation"))
)


def taken_apart(row: Any) -> dict[Table, SimpleNamespace | None]:
    """The row's part from each table; None where the table had none."""
    parts: dict[Table, SimpleNamespace | None] = {}
    start = 0
    for table in PARTS:
        names = table.c.keys()
        values = row[start : start + len(names)]
        start += len(names)
        parts[table] = None if values[0] is None else SimpleNamespace(**dict(zip(names, values, strict=True)))
    return parts
