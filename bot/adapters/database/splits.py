"""What came of the ways of splits: sums by day, without a word of whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Repository, Session
from bot.adapters.tables import split_tally
from bot.domain.journey import SplitCount, Tally

_KEY = ("journey", "step", "arm", "day")
_add = upsert(split_tally)
ADD = _add.on_conflict_do_update(
    index_elements=list(_KEY),
    set_={name: split_tally.c[name] + _add.excluded[name] for name in ("went", "reached")},
)
_sums = (
    select(
        split_tally.c.step,
        split_tally.c.arm,
        func.sum(split_tally.c.went).label("went"),
        func.sum(split_tally.c.reached).label("reached"),
    )
    .where(
        split_tally.c.journey == bindparam("this_journey"),
        split_tally.c.day >= bindparam("first_day"),
        split_tally.c.day < bindparam("day_after"),
    )
    .group_by(split_tally.c.step, split_tally.c.arm)
    .order_by(split_tally.c.step, split_tally.c.arm)
)
OF_JOURNEY = _sums
OF_STEP = _sums.where(split_tally.c.step == bindparam("this_step"))
NAMES = (
    select(split_tally.c.journey)
    .where(split_tally.c.day >= bindparam("first_day"), split_tally.c.day < bindparam("day_after"))
    .distinct()
    .order_by(split_tally.c.journey)
)


class StoredSplits(Repository):
    """Counts wait in memory until the transaction ends: a batch of steps writes each way once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: dict[tuple[str, str, str, str], Tally] = {}
        self._read: dict[tuple[str, str, date, date], Mapping[str, Tally]] = {}

    def count(self, journey: str, one: SplitCount) -> None:
        key = (journey, one.step, one.arm, one.day.isoformat())
        before = self._waiting.get(key, Tally())
        self._waiting[key] = Tally(before.went + (not one.reached), before.reached + one.reached)

    async def write(self) -> None:
        """In the order of keys, so that two transactions never wait for each other."""
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            rows = [
                dict(zip(_KEY, key, strict=True), went=one.went, reached=one.reached)
                for key, one in sorted(waiting.items())
            ]
            await self._session.execute(ADD, rows)

    async def journeys(self, first: date, after: date) -> list[str]:
        await self.write()
        days = {"first_day": first.isoformat(), "day_after": after.isoformat()}
        return [row.journey for row in await self._session.execute(NAMES, days)]

    async def of_step(self, journey: str, step: str, first: date, after: date) -> Mapping[str, Tally]:
        # Once for a batch of people, and without what waits: writing that would lock the sums until its end.
        key = (journey, step, first, after)
        if key not in self._read:
            values = {"this_journey": journey, "this_step": step}
            days = {"first_day": first.isoformat(), "day_after": after.isoformat()}
            rows = await self._session.execute(OF_STEP, values | days)
            self._read[key] = {row.arm: Tally(int(row.went), int(row.reached)) for row in rows}
        return self._read[key]

    async def of(self, journey: str, first: date, after: date) -> Mapping[str, Mapping[str, Tally]]:
        await self.write()
        days = {"first_day": first.isoformat(), "day_after": after.isoformat()}
        found: dict[str, dict[str, Tally]] = {}
        for row in await self._session.execute(OF_JOURNEY, {"this_journey": journey} | days):
            found.setdefault(row.step, {})[row.arm] = Tally(int(row.went), int(row.reached))
        return found
