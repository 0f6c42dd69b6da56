"""Leases as rows, for the time in which some process cannot reach Redis. By the database's clock, which all share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Repository
from bot.adapters.tables import lease

REDIS_IS_AWAY: Final = "Redis is away"
"""The name of the row that says so: since when, and until when it counts unless it is said again."""

CLOCK = select(func.clock_timestamp())
ANY = select(lease.c.name).where(lease.c.until > bindparam("now")).limit(1)
MARK = select(lease.c.since, lease.c.until).where(lease.c.name == REDIS_IS_AWAY)
_NEW = insert(lease)
TAKE = _NEW.on_conflict_do_update(
    index_elements=[lease.c.name],
    set_={"holder": _NEW.excluded.holder, "since": _NEW.excluded.since, "until": _NEW.excluded.until},
    where=or_(lease.c.until <= _NEW.excluded.since, lease.c.holder == _NEW.excluded.holder),
).returning(lease.c.name)
SAY_AGAIN = _NEW.on_conflict_do_update(
    index_elements=[lease.c.name], set_={"until": _NEW.excluded.until}, where=lease.c.until > _NEW.excluded.since
).returning(lease.c.name)
GIVE_BACK = delete(lease).where(and_(lease.c.name == bindparam("this"), lease.c.holder == bindparam("by")))
FORGET = delete(lease).where(lease.c.until <= bindparam("now"))


class StoredLeases(Repository):
    async def any(self) -> bool:
        """Whether some process was without Redis lately, or holds a row since it was."""
        return (await self._session.execute(ANY, {"now": await self._now()})).first() is not None

    async def say_that_redis_is_away(self, at_least: timedelta) -> None:
        """For `at_least` so long, and at most twice that. What had been said and counts no longer is forgotten."""
        now = await self._now()
        mark = await self._mark()
        if mark is not None and mark.until > now + at_least:
            return
        row = {"name": REDIS_IS_AWAY, "holder": "", "since": now, "until": now + 2 * at_least}
        if mark is None or mark.until <= now:
            await self._session.execute(FORGET, {"now": now})
        await self._session.execute(SAY_AGAIN, row)

    async def take(self, name: str, holder: str, ttl: timedelta, *, not_before: timedelta) -> bool:
        """Take or renew it; `not_before` so long after Redis was first said to be away."""
        now, mark = await self._now(), await self._mark()
        if mark is not None and mark.until > now < mark.since + not_before:
            return False
        row = {"name": name, "holder": holder, "since": now, "until": now + ttl}
        return (await self._session.execute(TAKE, row)).first() is not None

    async def give_back(self, name: str, holder: str) -> None:
        await self._session.execute(GIVE_BACK, {"this": name, "by": holder})

    async def _mark(self) -> Any:
        return (await self._session.execute(MARK)).first()

    async def _now(self) -> datetime:
        """SQLite has no server, and so no clock but ours."""
        if not self._session.is_postgresql:
            return datetime.now(UTC)
        now: datetime = (await self._session.execute(CLOCK)).scalar_one()
        return now
