"""While the server runs, four times a day: see whether people are still those that the scorecard was learnt from, and
at which hours they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import OvertureError
from bot.domain.likelihood import DriftBounds, Scorecard
from bot.services.choose_time import learn_hours
from bot.services.measure_drift import drift
from bot.services.runtime import Runtime

log = structlog.get_logger()

EACH = timedelta(hours=6)
"""The database looks at everybody for it, and people change over weeks."""


FIRST = timedelta(minutes=5)
"""After a start there is enough to do."""


async def watch_people(runtime: Runtime) -> None:
    """Until it is cancelled."""
    await asyncio.sleep(FIRST.total_seconds())
    while True:
        await watch_it_once(runtime)
        try:
            await learn_hours(runtime)
        except (OvertureError, SQLAlchemyError, OSError) as error:
            log.warning("the hours of people were not counted this time", error=type(error).__name__)
        await asyncio.sleep(EACH.total_seconds())


async def watch_it_once(runtime: Runtime) -> None:
    """Told to whoever watches the service, and in the log where a scorecard should be learnt anew."""
    playbook, now = runtime.library.current(), runtime.clock.now()
    alarms: dict[str, float] = {
        card.predicts: playbook.drift.get(card.predicts, DriftBounds()).much for card in playbook.scorecards
    }
    found: dict[str, Mapping[str, float]] = {}
    try:
        for card in playbook.scorecards:
            found[card.predicts] = await _drift(runtime, card, now)
    except (OvertureError, SQLAlchemyError, OSError) as error:
        log.warning("drift was not measured this time", error=type(error).__name__)
        return
    runtime.meter.drifted(found, alarms)
    for score, indexes in found.items():
        drifted = sorted(name for name, index in indexes.items() if index > alarms[score])
        if drifted:
            log.warning("people have changed since a scorecard was learnt", score=score, characteristics=drifted)


async def _drift(runtime: Runtime, card: Scorecard, now: datetime) -> Mapping[str, float]:
    """One characteristic after the other: on SQLite, customers wait for each transaction."""
    found: dict[str, float] = {}
    for one in card.characteristics:
        async with runtime.store.transaction() as uow:
            found |= await drift(uow, replace(card, characteristics=(one,)), now)
    return found
