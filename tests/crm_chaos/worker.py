"""A worker of its own process, which tells one CRM until it is killed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import structlog

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.database import Database
from bot.adapters.sparing_crm import SparingCrm
from bot.documents import parse
from bot.domain.delivery import Lane
from bot.journeys.crm_mapping import read_crm_mapping
from bot.services.deliver import deliver_due, deliver_what_a_crash_left
from tests.bot.services.stage import Stage
from tests.connectors.crms import CRMS
from tests.manual_clock import ManualClock

BEGINS = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICKER = 60
"""A minute of the back-off takes a second."""

REST = timedelta(seconds=0.5)


class QuickClock(ManualClock):
    """The same time for all processes of one run."""

    def __init__(self, begun: float) -> None:
        super().__init__()
        self.begun = begun

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=QUICKER * (time.time() - self.begun))


@dataclass(frozen=True)
class Work:
    """What a worker has to know."""

    database: str
    crm: str
    vendor_url: str
    begun: float


@contextmanager
def quiet() -> Iterator[None]:
    """Faults are what this is about: the log of each would say nothing."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def work(what: Work, ready: Connection) -> None:
    """Until somebody kills this process."""
    with quiet():
        asyncio.run(_work(what, ready))


async def _work(what: Work, ready: Connection) -> None:
    under_test, clock = CRMS[what.crm], QuickClock(what.begun)
    stage = Stage(Database(what.database), clock)
    mapping = read_crm_mapping(parse(what.crm, under_test.module.FIELDS.read_text(encoding="utf-8")), None, None)
    stage.library.playbook = replace(stage.library.playbook, crm_mappings={what.crm: mapping})
    crm = SparingCrm(under_test.build(clock=clock, sandbox_url=what.vendor_url), CircuitBreaker(rest=REST))
    runtime = replace(stage.runtime, crms={what.crm: crm})
    ready.send("at work")
    await deliver_what_a_crash_left(runtime, Lane.CRM)
    while True:
        if not await deliver_due(runtime, Lane.CRM):
            await asyncio.sleep(0.02)
