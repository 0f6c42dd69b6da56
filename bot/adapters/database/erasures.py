"""Receipts of erasures, and what has become of what others held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bot.adapters.database.repository import Repository
from bot.adapters.tables import erased_place, erasure
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure

ADD = insert(erased_place)
SETTLE = (
    update(erased_place)
    .where(erased_place.c.key == bindparam("of_key"))
    .values(state=bindparam("became"), why=bindparam("because", type_=erased_place.c.why.type))
)
FORGET_ID = update(erased_place).where(erased_place.c.key == bindparam("of_key")).values(held="")
AWAITED = select(func.count()).where(
    erased_place.c.key == bindparam("of_key"), erased_place.c.state == ErasedState.QUEUED.value
)
GET = select(erasure).where(erasure.c.id == bindparam("this_id"))
LATEST = select(erasure).order_by(erasure.c.at.desc(), erasure.c.id.desc()).limit(bindparam("most"))
PLACES = (
    select(erased_place)
    .where(erased_place.c.erasure_id == bindparam("this_id"))
    .order_by(erased_place.c.place, erased_place.c.key)
)


class StoredErasures(Repository):
    async def add(self, erasure_id: str, key: str, place: ErasedPlace) -> None:
        row = {
            "erasure_id": erasure_id,
            "key": key,
            "place": place.place,
            "what": place.what,
            "state": place.state.value,
            "why": place.why,
            "held": place.held,
        }
        await self._session.execute(ADD, row)

    async def settle(self, key: str, state: ErasedState, why: str) -> None:
        await self._session.execute(SETTLE, {"of_key": key, "became": state.value, "because": why})
        if state is ErasedState.DONE:
            await self._session.execute(FORGET_ID, {"of_key": key})

    async def awaits(self, key: str) -> bool:
        return bool((await self._session.execute(AWAITED, {"of_key": key})).scalar())

    async def get(self, erasure_id: str) -> Erasure | None:
        row = (await self._session.execute(GET, {"this_id": erasure_id})).first()
        return None if row is None else await self._receipt(row)

    async def latest(self, *, limit: int) -> Sequence[Erasure]:
        rows = (await self._session.execute(LATEST, {"most": limit})).all()
        return [await self._receipt(row) for row in rows]

    async def _receipt(self, row: Any) -> Erasure:
        places = tuple([_place(one) for one in await self._session.execute(PLACES, {"this_id": row.id})])
        return Erasure(row.id, row.at, row.who, json.loads(row.rows), row.suppressed or 0, places=places)


def _place(row: Any) -> ErasedPlace:
    return ErasedPlace(row.place, row.what, ErasedState(row.state), row.why, row.held)
