"""Which records in CRMs are of whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Repository
from bot.adapters.tables import crm_link
from bot.domain.ids import ProfileId

GET_LINK = select(crm_link.c.crm_id).where(
    crm_link.c.crm == bindparam("crm"), crm_link.c.profile_id == bindparam("profile")
)
LINKS = select(crm_link).where(crm_link.c.profile_id == bindparam("profile")).order_by(crm_link.c.crm)
LINKED = (
    select(crm_link.c.crm_id, crm_link.c.profile_id)
    .where(crm_link.c.crm == bindparam("crm"), crm_link.c.crm_id.in_(bindparam("records", expanding=True)))
    .order_by(crm_link.c.profile_id)
)
_put_link = upsert(crm_link)
PUT_LINK = _put_link.on_conflict_do_update(
    index_elements=["crm", "profile_id"], set_={"crm_id": _put_link.excluded.crm_id}
)

REMOVE_LINK = delete(crm_link).where(
    crm_link.c.crm == bindparam("of_crm"), crm_link.c.profile_id == bindparam("of_profile")
)


class StoredCrmLinks(Repository):
    async def get(self, crm: str, profile_id: ProfileId) -> str | None:
        found = await self._session.execute(GET_LINK, {"crm": crm, "profile": profile_id})
        crm_id: str | None = found.scalar()
        return crm_id

    async def put(self, crm: str, profile_id: ProfileId, crm_id: str) -> None:
        await self._session.execute(PUT_LINK, {"crm": crm, "profile_id": profile_id, "crm_id": crm_id})

    async def put_all(self, crm: str, records: Mapping[ProfileId, str]) -> None:
        rows = [{"crm": crm, "profile_id": who, "crm_id": record} for who, record in sorted(records.items())]
        if rows:
            await self._session.execute(PUT_LINK, rows)

    async def remove(self, crm: str, profile_id: ProfileId) -> None:
        await self._session.execute(REMOVE_LINK, {"of_crm": crm, "of_profile": profile_id})

    async def of(self, profile_id: ProfileId) -> Mapping[str, str]:
        return {row.crm: row.crm_id for row in await self._session.execute(LINKS, {"profile": profile_id})}

    async def people(self, crm: str, records: Collection[str]) -> Mapping[str, Sequence[ProfileId]]:
        found: dict[str, list[ProfileId]] = {}
        if records:
            asked = {"crm": crm, "records": sorted(records)}
            for row in await self._session.execute(LINKED, asked):
                found.setdefault(row.crm_id, []).append(ProfileId(row.profile_id))
        return found
