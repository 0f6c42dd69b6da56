"""The pages on which reps see their own leads, at the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Repository
from bot.adapters.tables import desk_page

_open = insert(desk_page)
OPEN = _open.on_conflict_do_update(
    index_elements=[desk_page.c.channel, desk_page.c.address],
    set_={
        "rep": func.coalesce(func.nullif(_open.excluded.rep, ""), desk_page.c.rep),
        "opened_at": _open.excluded.opened_at,
    },
).returning(desk_page.c.rep)
OF = (
    select(desk_page.c.address)
    .where(desk_page.c.channel == bindparam("on_channel"), desk_page.c.rep.in_(bindparam("reps", expanding=True)))
    .order_by(desk_page.c.address)
)


class StoredDeskPages(Repository):
    async def open(self, channel: str, address: str, rep: str, at: datetime) -> str:
        row = {"channel": channel, "address": address, "rep": rep, "opened_at": at}
        known: str = (await self._session.execute(OPEN, row)).scalar_one()
        return known

    async def of(self, channel: str, reps: Collection[str]) -> Sequence[str]:
        named = sorted(rep for rep in reps if rep)
        if not named:
            return []
        return [row.address for row in await self._session.execute(OF, {"on_channel": channel, "reps": named})]
