"""How many times people went along each arrow of a journey: sums, without a word of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Repository, Session
from bot.adapters.tables import passage
from bot.domain.journey import Passage

_KEY = ("journey", "version", "source", "target", "moved")
_add = upsert(passage)
ADD = _add.on_conflict_do_update(index_elements=list(_KEY), set_={"times": passage.c.times + _add.excluded.times})
OF_JOURNEY = (
    select(passage)
    .where(passage.c.journey == bindparam("this_journey"))
    .order_by(passage.c.version, passage.c.moved, passage.c.source, passage.c.target)
)


class StoredPassages(Repository):
    """Counts wait in memory until the transaction ends: a batch of steps writes each arrow once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: Counter[tuple[str, str, str, str, bool]] = Counter()

    def add(
        self, journey: str, version: str, ways: Iterable[tuple[str, str]], *, times: int = 1, moved: bool = False
    ) -> None:
        for source, target in ways:
            self._waiting[journey, version, source, target, moved] += times

    async def write(self) -> None:
        """In the order of keys, so that two transactions never wait for each other."""
        if self._waiting:
            waiting, self._waiting = self._waiting, Counter()
            rows = [dict(zip(_KEY, key, strict=True), times=times) for key, times in sorted(waiting.items())]
            await self._session.execute(ADD, rows)

    async def of(self, journey: str) -> Sequence[Passage]:
        await self.write()
        rows = await self._session.execute(OF_JOURNEY, {"this_journey": journey})
        return [Passage(row.version, row.source, row.target, row.times, bool(row.moved)) for row in rows]
