"""Which processes run on the database: rows that end by themselves, since a process may die and say nothing.

A lock of PostgreSQL's would end with its connection, which a PgBouncer gives to another client after each transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, bindparam, cast, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import OID, insert

from bot.adapters.database.repository import Repository
from bot.adapters.tables import process
from bot.ports import Process, Running

CLOCK = select(func.clock_timestamp())
IS_THERE = select(func.to_regclass(literal_column("'process'")).is_not(None))
MADE_AS = select(cast(cast(func.to_regclass(literal_column("'process'")), OID), BigInteger))
_new = insert(process)
SAY = _new.on_conflict_do_update(
    index_elements=[process.c.id], set_={"until": _new.excluded.until, "seconds_ahead": _new.excluded.seconds_ahead}
)
FORGET = delete(process).where(process.c.until <= bindparam("now"))
END = delete(process).where(process.c.id == bindparam("this"))
RUNNING = select(process).where(process.c.until > bindparam("now")).order_by(process.c.since, process.c.id)


class StoredProcesses(Repository):
    async def runs(self, process: Process, known_for: timedelta, now: datetime) -> None:
        theirs = await self._now()
        row = {"id": process.id, "command": process.command, "host": process.host, "pid": process.pid}
        ahead = round((now - theirs).total_seconds())
        await self._session.execute(FORGET, {"now": theirs})
        await self._session.execute(SAY, {**row, "since": theirs, "until": theirs + known_for, "seconds_ahead": ahead})

    async def tables(self) -> int | None:
        if not self._session.is_postgresql:
            return None
        made_as: int | None = (await self._session.execute(MADE_AS)).scalar()
        return made_as

    async def has_ended(self, process: Process) -> None:
        await self._session.execute(END, {"this": process.id})

    async def running(self) -> Sequence[Running]:
        if self._session.is_postgresql and not (await self._session.execute(IS_THERE)).scalar():
            return []
        rows = await self._session.execute(RUNNING, {"now": await self._now()})
        return [
            Running(Process(row.id, row.command, row.host, row.pid), row.since, timedelta(seconds=row.seconds_ahead))
            for row in rows
        ]

    async def _now(self) -> datetime:
        """SQLite has no server, and so no clock but ours."""
        if not self._session.is_postgresql:
            return datetime.now(UTC)
        now: datetime = (await self._session.execute(CLOCK)).scalar_one()
        return now
