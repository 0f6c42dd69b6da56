"""How far something is worked out among all people, chunk by chunk: segments, and the points of score rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Session
from bot.adapters.database.views import Sql
from bot.adapters.tables import profile
from bot.domain.audience import Working

_OF: Sql = bindparam("of_name", type_=Text)

LAST_OF_CHUNK = (
    select(profile.c.id)
    .where(profile.c.id > bindparam("behind"))
    .order_by(profile.c.id)
    .offset(bindparam("most"))
    .limit(1)
)


def within_chunk(column: Sql, *, bounded: bool) -> list[Sql]:
    """That a person is behind `behind`, and where the chunk is bounded no further than `up_to`."""
    return [column > bindparam("behind"), *([column <= bindparam("up_to")] if bounded else [])]


class WorkingTable:
    """The statements of one table of them."""

    def __init__(self, table: Table) -> None:
        is_it, saving = table.c.id == _OF, upsert(table)
        self.all = select(table)
        self.claim = select(table).where(is_it).with_for_update(skip_locked=True)
        self.drop = delete(table).where(is_it)
        self.save = saving.on_conflict_do_update(
            index_elements=["id"],
            set_={name: saving.excluded[name] for name in ("version", "after", "begun_at", "finished_at")},
        )


class Workings:
    """Those of one table, in one transaction."""

    def __init__(self, session: Session, table: WorkingTable) -> None:
        self._session = session
        self._table = table

    async def all(self) -> Sequence[Working]:
        return [_working(row) for row in await self._session.execute(self._table.all)]

    async def claim(self, name: str) -> Working | None:
        row = (await self._session.execute(self._table.claim, {"of_name": name})).first()
        return None if row is None else _working(row)

    async def save(self, working: Working) -> None:
        row = {
            "id": working.name,
            "version": working.version,
            "after": working.after,
            "begun_at": working.begun_at,
            "finished_at": working.finished_at,
        }
        await self._session.execute(self._table.save, row)

    async def drop(self, name: str) -> None:
        await self._session.execute(self._table.drop, {"of_name": name})


def _working(row: Any) -> Working:
    return Working(row.id, row.version, row.begun_at, row.after, row.finished_at)
