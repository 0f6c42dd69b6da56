"""Settle together: what came of several deliveries is written down in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from bot.domain.delivery import OutboxEntry
from bot.domain.ids import OutboxId
from bot.services.runtime import Runtime
from bot.services.settle import settle_all

log = structlog.get_logger()


class Settlements:
    """Whoever comes first writes for all who wait, and whoever comes meanwhile shares the next transaction.

    So nobody waits for a vendor that is slower than their own, and those that are quick commit once.
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
                together, self._waiting = list(self._waiting.values()), {}
                await self._write(together)
        if error := self._failed.pop(settled.id, None):
            raise error

    async def _write(self, together: Sequence[OutboxEntry]) -> None:
        """Where that fails, each by itself, so that one entry costs no other."""
        try:
            async with self._runtime.store.transaction() as uow:
                await settle_all(uow, self._runtime, together, self._runtime.clock.now())
        except Exception as error:
            if len(together) == 1:
                self._failed[together[0].id] = error
                return
            log.warning("deliveries are settled one by one", entries=len(together), exc_info=True)
            async with asyncio.TaskGroup() as each:
                for one in together:
                    each.create_task(self._write([one]))
