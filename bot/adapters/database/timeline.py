"""The timeline of people: what happened to them, kept once and never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, insert, literal_column, select, text, type_coerce

from bot.adapters.database.repository import OfPeople, Repository, Session
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.views import Sql
from bot.adapters.tables import microseconds, person_event, shard_of
from bot.adapters.tables.sealing import DATA_OF_PERSON_EVENT
from bot.domain.ids import ProfileId
from bot.domain.timeline import PersonEvent

BEGINNING = date(1970, 1, 1)

ADD = insert(person_event)
_COLUMNS = ("profile_id", "shard", "event", "at", "received_at", "source", "key", "data", "sealed_data")
_ADD_NEW = """
INSERT INTO person_event (profile_id, shard, event, at, received_at, source, key, data, sealed_data)
SELECT value ->> 0, CAST(value ->> 1 AS smallint), value ->> 2, CAST(value ->> 3 AS bigint),
  CAST(value ->> 4 AS bigint), value ->> 5, value ->> 6, value ->> 7, value ->> 8
FROM {rows} WHERE true ON CONFLICT DO NOTHING RETURNING key
"""
ADD_NEW_SQLITE = text(_ADD_NEW.format(rows="json_each(:rows)"))
ADD_NEW_POSTGRESQL = text(_ADD_NEW.format(rows="jsonb_array_elements(CAST(:rows AS jsonb))"))
OF = select(person_event).where(person_event.c.profile_id == bindparam("person"))
NEWEST = OF.order_by(person_event.c.at.desc(), person_event.c.position.desc()).limit(bindparam("most"))
_at = type_coerce(person_event.c.at, BigInteger)
_A_DAY: Sql = literal_column("86400000000", BigInteger)
_day = (_at - (_at % _A_DAY + _A_DAY) % _A_DAY) // _A_DAY
DAYS = (
    select(person_event.c.event, _day.label("day"), func.count().label("times"))
    .where(
        person_event.c.profile_id == bindparam("person"),
        person_event.c.event.in_(bindparam("events", expanding=True)),
    )
    .group_by(person_event.c.event, _day)
)

NEXT_NAME = select(func.min(person_event.c.event).label("event")).where(person_event.c.event > bindparam("behind"))
"""From one name in the index to the next: quick however many lines there are."""

WHO_DID = (
    select(person_event.c.profile_id)
    .where(
        person_event.c.event.in_(bindparam("events", expanding=True)), person_event.c.profile_id > bindparam("behind")
    )
    .distinct()
    .order_by(person_event.c.profile_id)
    .limit(bindparam("most"))
)
OF_MANY = OfPeople(select(person_event).order_by(person_event.c.at, person_event.c.position), person_event.c.profile_id)


class StoredTimeline(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: list[dict[str, Any]] = []

    async def add(self, event: PersonEvent) -> None:
        self._waiting.append(_row(event, self._sealing))

    async def write(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._session.execute(ADD, waiting)

    async def add_new(self, events: Sequence[PersonEvent]) -> frozenset[str]:
        rows = [
            [microseconds(value) if isinstance(value, datetime) else value for value in map(row.get, _COLUMNS)]
            for row in (_row(one, self._sealing) for one in events)
        ]
        statement = ADD_NEW_POSTGRESQL if self._session.is_postgresql else ADD_NEW_SQLITE
        return frozenset(row.key for row in await self._session.execute(statement, {"rows": json.dumps(rows)}))

    async def of(self, profile_id: ProfileId, *, limit: int) -> Sequence[PersonEvent]:
        await self.write()
        return [
            _event(row, self._sealing)
            for row in await self._session.execute(NEWEST, {"person": profile_id, "most": limit})
        ]

    async def who_did(self, events: Collection[str], *, after: str, limit: int) -> Sequence[ProfileId]:
        await self.write()
        values = {"events": sorted(events), "behind": after, "most": limit}
        return [ProfileId(row.profile_id) for row in await self._session.execute(WHO_DID, values)]

    async def names(self, *, limit: int) -> Sequence[str]:
        await self.write()
        found: list[str] = []
        while len(found) < limit:
            name = (await self._session.execute(NEXT_NAME, {"behind": found[-1] if found else ""})).scalar()
            if name is None:
                break
            found.append(name)
        return found

    async def of_many(
        self, people: Collection[ProfileId], events: Collection[str]
    ) -> Mapping[ProfileId, Sequence[PersonEvent]]:
        await self.write()
        rows = await OF_MANY.read(self._session, people) if people else {}
        return {
            ProfileId(who): [_event(row, self._sealing) for row in theirs if row.event in events]
            for who, theirs in rows.items()
        }

    async def counts(self, profile_id: ProfileId, events: Collection[str]) -> Mapping[str, Mapping[date, int]]:
        if not events:
            return {}
        await self.write()
        found: dict[str, dict[date, int]] = {}
        for row in await self._session.execute(DAYS, {"person": profile_id, "events": sorted(events)}):
            found.setdefault(row.event, {})[BEGINNING + timedelta(days=int(row.day))] = row.times
        return found


def _row(event: PersonEvent, sealing: Sealing) -> dict[str, Any]:
    data, sealed = sealing.seal_facts(DATA_OF_PERSON_EVENT, event.data, event.event, event.at)
    return {
        "profile_id": event.profile_id,
        "shard": shard_of(event.profile_id),
        "event": event.event,
        "at": event.at,
        "received_at": event.received_at,
        "source": event.source,
        "key": event.key or None,
        "data": data,
        "sealed_data": sealed,
    }


def _event(row: Any, sealing: Sealing) -> PersonEvent:
    return PersonEvent(
        profile_id=row.profile_id,
        event=row.event,
        at=row.at,
        received_at=row.received_at,
        data=sealing.open_facts(DATA_OF_PERSON_EVENT, row.data, row.sealed_data, row.event, row.at),
        source=row.source,
        key=row.key or "",
    )
