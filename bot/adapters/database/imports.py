"""How far each import of people has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Repository
from bot.adapters.tables import people_import
from bot.domain.importing import ImportProgress

GET = select(people_import).where(people_import.c.id == bindparam("of_id"))
LATEST = select(people_import).order_by(people_import.c.begun_at.desc()).limit(bindparam("most"))
FORGET = delete(people_import).where(people_import.c.id == bindparam("of_id"))
_put: Any = upsert(people_import)
PUT = _put.on_conflict_do_update(
    index_elements=["id"],
    set_={column.name: _put.excluded[column.name] for column in people_import.c if column.name != "id"},
)


class StoredImports(Repository):
    async def get(self, import_id: str) -> ImportProgress | None:
        row = (await self._session.execute(GET, {"of_id": import_id})).first()
        return None if row is None else _progress(row)

    async def latest(self, limit: int) -> Sequence[ImportProgress]:
        return [_progress(row) for row in await self._session.execute(LATEST, {"most": limit})]

    async def save(self, progress: ImportProgress) -> None:
        await self._session.execute(PUT, asdict(progress))

    async def forget(self, import_id: str) -> None:
        await self._session.execute(FORGET, {"of_id": import_id})


def _progress(row: Any) -> ImportProgress:
    return ImportProgress(**{one.name: getattr(row, one.name) for one in people_import.c})
