"""The ledger of what CRMs were given of people, one row a try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bot.adapters.codec import SENT_FIELDS
from bot.adapters.database.facts import as_stored
from bot.adapters.database.repository import Repository
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import crm_write, shard_of
from bot.adapters.tables.sealing import FIELDS_OF_CRM_WRITE
from bot.domain.crm import CrmWrite, SentField
from bot.domain.ids import ProfileId

ADD = insert(crm_write)
_last_try = select(func.max(crm_write.c.position)).where(crm_write.c.key == bindparam("of_key")).scalar_subquery()
TAKEN = (
    update(crm_write)
    .where(crm_write.c.position == _last_try)
    .values(record=bindparam("crm_id", type_=crm_write.c.record.type))
)
OF = select(crm_write).where(crm_write.c.profile_id == bindparam("person")).order_by(crm_write.c.position)


class StoredCrmWrites(Repository):
    async def add(self, write: CrmWrite) -> None:
        fields = tuple(SentField(*map(as_stored, (one.name, one.value, one.source))) for one in write.fields)
        row = {
            "profile_id": write.profile_id,
            "shard": shard_of(write.profile_id),
            "crm": write.crm,
            "at": write.at,
            "key": write.key,
            "record": write.record or None,
            "fields": self._sealing.seal(FIELDS_OF_CRM_WRITE, SENT_FIELDS.dump(fields), write.crm, write.key),
        }
        await self._session.execute(ADD, row)

    async def taken(self, key: str, record: str) -> None:
        await self._session.execute(TAKEN, {"of_key": key, "crm_id": record})

    async def of(self, profile_id: ProfileId) -> Sequence[CrmWrite]:
        return [_write(row, self._sealing) for row in await self._session.execute(OF, {"person": profile_id})]


def _write(row: Any, sealing: Sealing) -> CrmWrite:
    fields = SENT_FIELDS.load(sealing.open(FIELDS_OF_CRM_WRITE, row.fields, row.crm, row.key))
    return CrmWrite(ProfileId(row.profile_id), row.crm, row.at, row.key, fields, row.record or "")
