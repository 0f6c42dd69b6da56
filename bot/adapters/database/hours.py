"""At which hours people do what messages are for: everybody's as sums, somebody's own from their timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.adapters.database.repository import Repository
from bot.adapters.tables import active_hour, person_event, profile
from bot.domain.ids import ProfileId

OF_EVENT = select(active_hour.c.hour, active_hour.c.times).where(active_hour.c.event == bindparam("this_event"))
FORGET = delete(active_hour).where(active_hour.c.event == bindparam("this_event"))
ADD = insert(active_hour)
_latest = (
    select(person_event.c.at, profile.c.time_zone)
    .join(profile, profile.c.id == person_event.c.profile_id)
    .where(
        person_event.c.event == bindparam("this_event"),
        person_event.c.at >= bindparam("since"),
        profile.c.objected_at.is_(None),
        profile.c.restricted_at.is_(None),
    )
)
LATEST = _latest.order_by(person_event.c.position.desc()).limit(bindparam("most"))
THEIRS = (
    select(person_event.c.at)
    .where(
        person_event.c.profile_id == bindparam("person"),
        person_event.c.event == bindparam("this_event"),
        person_event.c.at >= bindparam("since"),
    )
    .order_by(person_event.c.at.desc())
    .limit(bindparam("most"))
)


class StoredHours(Repository):
    async def latest(self, event: str, since: datetime, *, limit: int) -> Sequence[tuple[datetime, str | None]]:
        rows = await self._session.execute(LATEST, {"this_event": event, "since": since, "most": limit})
        return [(row.at, row.time_zone) for row in rows]

    async def put(self, event: str, hours: Mapping[int, int]) -> None:
        await self._session.execute(FORGET, {"this_event": event})
        if hours:
            rows = [{"event": event, "hour": hour, "times": times} for hour, times in sorted(hours.items())]
            await self._session.execute(ADD, rows)

    async def of(self, event: str) -> Mapping[int, int]:
        return {row.hour: row.times for row in await self._session.execute(OF_EVENT, {"this_event": event})}

    async def of_person(self, profile_id: ProfileId, event: str, since: datetime, *, limit: int) -> Sequence[datetime]:
        values = {"person": profile_id, "this_event": event, "since": since, "most": limit}
        return [row.at for row in await self._session.execute(THEIRS, values)]
