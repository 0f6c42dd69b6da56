"""Which entries of the outbox may be taken now, and their taking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, text, update

from bot.adapters.database.repository import Listed, Session
from bot.adapters.tables import outbox
from bot.domain.delivery import Lane, OutboxStatus
from bot.ports import Sooner

_other = outbox.alias("other")
_goes_before = or_(
    _other.c.priority > outbox.c.priority,
    and_(_other.c.priority == outbox.c.priority, _other.c.position < outbox.c.position),
)
_first_in_its_conversation = ~exists().where(
    _other.c.conversation_id == outbox.c.conversation_id,
    _other.c.channel == outbox.c.channel,
    _other.c.position != outbox.c.position,
    text("other.status IN ('waiting', 'sending')"),
    or_(
        and_(text("other.status = 'sending'"), or_(_goes_before, text("outbox.status = 'waiting'"))),
        and_(
            _goes_before,
            or_(
                _other.c.due_at <= bindparam("now"),
                _other.c.due_at <= _other.c.created_at,  # due at once, by a clock that may be ahead of ours
                and_(_other.c.first_tried_at.is_not(None), text("other.purpose <> 'marketing'")),
            ),
        ),
    ),
)


def _claimable(*conditions: Any, first: Any) -> Select[Any]:
    return (
        select(outbox)
        .where(*conditions, _first_in_its_conversation)
        .order_by(first, outbox.c.position)
        .limit(bindparam("most"))
        .with_for_update(of=outbox, skip_locked=True)
    )


_lanes = outbox.c.lane.in_(bindparam("lanes", expanding=True))
CLAIM_DUE = _claimable(
    _lanes, text("outbox.status = 'waiting'"), outbox.c.due_at <= bindparam("now"), first=outbox.c.due_at
)
CLAIM_STALE = _claimable(
    _lanes,
    text("outbox.status = 'sending'"),
    or_(
        outbox.c.claimed_at <= bindparam("stale"),
        and_(
            outbox.c.channel.in_(bindparam("sooner_on", expanding=True)),
            outbox.c.claimed_at <= bindparam("stale_sooner"),
        ),
    ),
    first=outbox.c.claimed_at,
)
MARK_SENDING = Listed(
    lambda among: (
        update(outbox)
        .where(among(outbox.c.position, "positions"))
        .values(status=OutboxStatus.SENDING, claimed_at=bindparam("now"))
    )
)
CLAIMS = Listed(
    lambda among: (
        select(outbox.c.key, outbox.c.claimed_at, outbox.c.profile_id)
        .where(among(outbox.c.key, "keys"), text("status = 'sending'"))
        .order_by(outbox.c.position)
        .with_for_update()
    )
)
"""Under a lock, so that what is claimed anew meanwhile is not."""

NEXT_DUE = select(func.min(outbox.c.due_at)).where(_lanes, text("status = 'waiting'"))


async def claim(
    session: Session, now: datetime, limit: int, *, stale_after: timedelta, lanes: Sequence[Lane], sooner: Sooner
) -> list[Any]:
    """The rows as they were; they are SENDING now."""
    left = {
        "now": now,
        "stale": now - stale_after,
        "most": limit,
        "lanes": lanes,
        "sooner_on": sorted(sooner.channels),
        "stale_sooner": now - sooner.stale_after,
    }
    rows = list((await session.execute(CLAIM_STALE, left)).all())
    if len(rows) < limit:
        rows += (await session.execute(CLAIM_DUE, {"now": now, "most": limit - len(rows), "lanes": lanes})).all()
    if rows:
        await MARK_SENDING.run(session, {"now": now}, positions=[row.position for row in rows])
    return rows


def lanes_of(lane: Lane | None) -> Sequence[Lane]:
    """All of them where none is named."""
    return list(Lane) if lane is None else [lane]
