"""Settle together: what came of several deliveries is written down in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.domain.delivery import OutboxEntry
from bot.domain.errors import Conflict
from bot.domain.ids import OutboxId
from bot.services.runtime import Runtime
from bot.services.settle import settle_all
from bot.services.tell_news import news_of, tell_news

log = structlog.get_logger()

PAUSES = (0.25, 0.5, 1.0, 2.0, *(5.0,) * 20)
"""Seconds between tries while the database is away; together less than what it takes until another process takes the
entries for left by a crash."""

MOST_CONFLICTS = 5
"""In a row; whoever was first has committed by the next try, so that more of them are a fault."""


class Settlements:
    """Whoever comes first writes for all who wait, and whoever comes meanwhile shares the next transaction.

    So nobody waits for a vendor that is slower than their own, and those that are quick commit once. Where the one who
    writes is cancelled, the next of those who wait writes.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: dict[OutboxId, OutboxEntry] = {}
        self._failed: dict[OutboxId, Exception] = {}
        self._writing = asyncio.Lock()

    async def keep(self, settled: OutboxEntry) -> None:
        """Returns when it is written, and raises what kept it from being so."""
        self._waiting[settled.id] = settled
        async with self._writing:
            if settled.id in self._waiting:
                together = list(self._waiting.values())
                await self._write(together)
                for one in together:
                    del self._waiting[one.id]
        if error := self._failed.pop(settled.id, None):
            raise error

    async def _write(self, together: Sequence[OutboxEntry]) -> None:
        """Where that fails, each by itself, so that one entry costs no other."""
        try:
            await self._write_once_it_is_there(together)
        except Exception as error:
            if len(together) == 1:
                self._failed[together[0].id] = error
                return
            log.warning("deliveries are settled one by one", entries=len(together), exc_info=True)
            async with asyncio.TaskGroup() as each:
                for one in together:
                    each.create_task(self._write([one]))

    async def _write_once_it_is_there(self, together: Sequence[OutboxEntry]) -> None:
        """What a vendor took is not forgotten because the database is away: it would be sent once more, or be given up
        as perhaps sent."""
        for pause in PAUSES:
            try:
                await self._settle(together)
                return
            except Exception as error:
                if not self._runtime.store.is_away(error):
                    raise
                log.warning("what came of deliveries cannot be written down yet", entries=len(together))
            await asyncio.sleep(pause)
        await self._settle(together)

    async def _settle(self, together: Sequence[OutboxEntry]) -> None:
        """Where others got into its way once more: as a merge that moves what is settled, in another order."""
        for _ in range(MOST_CONFLICTS - 1):
            with suppress(Conflict):
                await self._try_to_settle(together)
                return
        await self._try_to_settle(together)

    async def _try_to_settle(self, together: Sequence[OutboxEntry]) -> None:
        async with self._runtime.store.transaction() as uow:
            await settle_all(uow, self._runtime, together, self._runtime.clock.now())
            news = news_of(uow)
        await tell_news(self._runtime, news)
