"""Calls to a vendor, each in its turn: as many a second and a day as the account's plan allows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.domain.call_budget import CallBudget, Calls, unused
from bot.domain.errors import NotTried
from bot.ports import CallBudgets, Clock

log = structlog.get_logger()

LONGEST_WAIT = timedelta(seconds=3)
"""For a turn that is near it is waited here: to begin anew would cost the calls that were made already."""


class MemoryCallBudgets:
    """The `CallBudgets` of one process. A restart forgets what the day has used."""

    def __init__(self) -> None:
        self._accounts: dict[str, Calls] = {}

    async def take(self, account: str, budget: CallBudget, now: datetime) -> timedelta:
        self._accounts[account], wait = (self._accounts.get(account) or unused(now)).take(budget, now)
        return wait

    async def close(self) -> None:
        """Nothing is open."""


class CallTurns:
    """Waits for the turn of one account's next call, or raises NotTried where that is too far off."""

    def __init__(self, budgets: CallBudgets, account: str, budget: CallBudget, clock: Clock) -> None:
        self._budgets = budgets
        self._account = account
        self._budget = budget
        self._clock = clock

    async def __call__(self) -> None:
        waited = timedelta()
        while wait := await self._budgets.take(self._account, self._budget, self._clock.now()):
            if waited + wait > LONGEST_WAIT:
                log.warning("a CRM's budget of calls is used up", crm=self._account, again_in=wait.total_seconds())
                raise NotTried(f"the budget of calls to {self._account} is used up for now", retry_after=wait)
            await asyncio.sleep(wait.total_seconds())
            waited += wait
