"""Advance: move on every enrolment whose time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.domain.errors import Conflict
from bot.domain.journey import Enrolment, TimerFired
from bot.ports import UnitOfWork
from bot.services.enrol import park, step
from bot.services.runtime import INBOX, OUTBOX, Runtime

log = structlog.get_logger()

BATCH = 100
"""Enrolments in one transaction: some hundredths of a second, in which a store with one writer takes no message."""

BATCH_OF_MANY_WRITERS = 250
"""There only a reply of one of these people waits meanwhile."""

LATE_COMERS = 5
"""A fifth of a batch is of those who became due last, where more are due than one batch takes."""


async def advance_due(runtime: Runtime) -> int:
    """Advance one batch in one transaction; how many were dealt with. A poisoned one is found row by row and parked.

    One that others get into the way of costs no other either, and comes up again.
    """
    now = runtime.clock.now()
    due: Sequence[Enrolment] = ()
    alone: list[bool] | None = None
    try:
        async with runtime.store.transaction() as uow:
            due = await _claim(uow, now, BATCH_OF_MANY_WRITERS if runtime.store.shared else BATCH)
            uow.expect({enrolment.profile_id for enrolment in due})
            for enrolment in due:
                await step(uow, runtime, enrolment, TimerFired(), now)
    except Conflict:
        log.info("somebody else was faster with one of a batch of enrolments; going row by row", enrolments=len(due))
        alone = [await _advance_alone(runtime, enrolment) for enrolment in due]
    except Exception as error:
        if runtime.store.is_away(error):
            raise  # nobody in it is at fault; all come up again
        log.exception("a batch of enrolments failed; going row by row", enrolments=len(due))
        alone = [await _advance_alone(runtime, enrolment) for enrolment in due]
    done = len(due) if alone is None else sum(alone)
    if done:
        runtime.meter.stepped(done)
        await runtime.wakeups.notify(INBOX)
        await runtime.wakeups.notify(OUTBOX)
    return done


async def _claim(uow: UnitOfWork, now: datetime, most: int) -> Sequence[Enrolment]:
    """Those who have waited longest, and of a backlog some who have only just become due.

    A million who are let in together are due at once. Nobody else's timer may wait until the last of them is through.
    """
    latest = most // LATE_COMERS
    due = await uow.enrolments.claim_due(now, most - latest)
    if len(due) < most - latest:
        return due
    claimed = {one.id for one in due}
    newest = await uow.enrolments.claim_due(now, latest, latest_first=True)
    return [*due, *(one for one in newest if one.id not in claimed)]


async def _advance_alone(runtime: Runtime, enrolment: Enrolment) -> bool:
    """False where it stays due: somebody else gets into its way, or it cannot even be parked."""
    now = runtime.clock.now()
    try:
        async with runtime.store.transaction() as uow:
            await step(uow, runtime, await uow.enrolments.get(enrolment.id), TimerFired(), now)
    except Conflict:
        return False
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        log.exception("an enrolment is parked", enrolment=enrolment.id, journey=enrolment.journey)
        return await _park(runtime, enrolment, error)
    return True


async def _park(runtime: Runtime, enrolment: Enrolment, error: Exception) -> bool:
    try:
        async with runtime.store.transaction() as uow:
            current = await uow.enrolments.get(enrolment.id)
            await park(uow, runtime, current, f"step {current.step} failed: {error}", runtime.clock.now())
    except Exception:
        log.exception("an enrolment could not even be parked; it comes up again", enrolment=enrolment.id)
        return False
    return True
