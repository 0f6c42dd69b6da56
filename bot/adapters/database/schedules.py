"""How far each schedule has come, so that a restart neither loses a run nor makes it twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import schedule
from bot.ports import ScheduleState

ADD = insert_once(schedule)
IDS = select(schedule.c.id)
CLAIM = (
    select(schedule)
    .where(
        text("due_at IS NOT NULL"),
        schedule.c.due_at <= bindparam("now"),
        schedule.c.id.in_(bindparam("among", expanding=True)),
    )
    .order_by(schedule.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
SAVE = update(schedule).where(schedule.c.id == bindparam("this_id"))
FORGET_THOSE_AHEAD = delete(schedule).where(text("due_at IS NOT NULL"), schedule.c.since > bindparam("now"))
NEXT_DUE = select(func.min(schedule.c.due_at)).where(
    text("due_at IS NOT NULL"), schedule.c.id.in_(bindparam("among", expanding=True))
)


class StoredSchedules(Repository):
    async def ids(self) -> frozenset[str]:
        return frozenset(row.id for row in await self._session.execute(IDS))

    async def add(self, state: ScheduleState) -> None:
        await self._session.execute(ADD, {"id": state.id, "journey": state.journey, **_progress(state)})

    async def claim_due(self, now: datetime, among: Collection[str]) -> ScheduleState | None:
        row = (await self._session.execute(CLAIM, {"now": now, "among": sorted(among)})).first()
        return None if row is None else ScheduleState(row.id, row.journey, row.since, row.due_at, row.reached)

    async def save(self, state: ScheduleState) -> None:
        await self._session.execute(SAVE, {"this_id": state.id, **_progress(state)})

    async def forget_those_ahead(self, now: datetime) -> int:
        return int((await self._session.execute(FORGET_THOSE_AHEAD, {"now": now})).rowcount)

    async def next_due(self, among: Collection[str]) -> datetime | None:
        due: datetime | None = (await self._session.execute(NEXT_DUE, {"among": sorted(among)})).scalar()
        return due


def _progress(state: ScheduleState) -> dict[str, Any]:
    return {"since": state.since, "due_at": state.due_at, "reached": state.reached}
