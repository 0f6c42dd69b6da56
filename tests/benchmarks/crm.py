"""How long it takes from a lead's being qualified until the CRM has it, with its note, where each call takes 100 ms.

Leads are qualified one after the other, four a second, while the worker's lane for CRMs runs: what is measured includes
its noticing the entry, the look-up, the write, the note and the ledger. The vendors are the stand-ins on this machine.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.adapters.sparing_crm import SparingCrm
from bot.documents import parse
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.delivery import Lane, OutboxStatus
from bot.domain.effects import ChangeScore, SyncCrm
from bot.domain.handoff import Lead
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.entrypoints.serving.worker import Worker
from bot.journeys.crm_mapping import read_crm_mapping
from bot.ports import Crm
from bot.services.perform import Cause, perform
from bot.services.runtime import OUTBOX
from tests.bot.services.stage import Stage
from tests.connectors.crms import CRMS
from tests.connectors.vendor_server import MemoryFeed, VendorServer, serve, settings_for
from tests.manual_clock import ManualClock

LATENCY = 0.1
LEADS = 60
A_SECOND = 4
SETTLED_WITHIN = 30.0


class Now(ManualClock):
    """The real time, as a stage wants it."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = SystemClock()

    def now(self) -> datetime:
        return self._clock.now()


class SlowServer(VendorServer):
    async def answer(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(LATENCY)
        return await super().answer(request)


class Watched(SparingCrm):
    """Remembers when the CRM had a lead with its note."""

    def __init__(self, crm: Crm) -> None:
        super().__init__(crm)
        self.taken: dict[str, float] = {}

    async def upsert_with_note(
        self, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
    ) -> str:
        crm_id = await super().upsert_with_note(lead, fields, note, found=found, key=key)
        self.taken[lead.key] = time.perf_counter()
        return crm_id


def table() -> Iterator[str]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield f"| qualified to CRM, {LATENCY * 1000:.0f} ms a call | leads | calls a lead | p50 s | p95 s | slowest s |"
    yield "|---" * 6 + "|"
    for name in CRMS:
        with tempfile.TemporaryDirectory() as folder:
            took, calls = asyncio.run(_measure(name, Path(folder)))
        cuts = statistics.quantiles(took, n=20)
        figures = f"{statistics.median(took):.2f} | {cuts[18]:.2f} | {max(took):.2f}"
        yield f"| {name} | {len(took)} | {calls / LEADS:.1f} | {figures} |"


async def _measure(name: str, folder: Path) -> tuple[list[float], int]:
    """Seconds for each lead, and how many calls they took together."""
    module, feed, clock = CRMS[name].module, MemoryFeed(), Now()
    async with AsyncExitStack() as stack:
        server = SlowServer(module.build_sandbox(settings_for(module, feed=feed, clock=clock)), clock)
        await stack.enter_async_context(serve(server))
        store = Database(f"sqlite+aiosqlite:///{folder / 'crm.db'}")
        stack.push_async_callback(store.close)
        await store.migrate()
        crm = Watched(CRMS[name].build(clock=clock, sandbox_url=server.url))
        stack.push_async_callback(crm.close)
        stage = Stage(store, clock)
        mapping = read_crm_mapping(parse(name, module.FIELDS.read_text(encoding="utf-8")), None, None)
        stage.library.playbook = replace(stage.library.playbook, crm_mappings={name: mapping})
        stage.runtime = replace(stage.runtime, crms={name: crm})
        worker = Worker(stage.runtime, [Lane.CRM])
        running = asyncio.create_task(worker.run())
        begun: dict[str, float] = {}
        for number in range(LEADS):
            begun[f"lead-{number}"] = await _qualify(stage, number)
            await asyncio.sleep(1 / A_SECOND)
        await _settled(stage)
        await worker.stop()
        await running
        return [crm.taken[lead] - since for lead, since in begun.items()], len(server.asked)


async def _qualify(stage: Stage, number: int) -> float:
    """When it was."""
    person, now = ProfileId(f"lead-{number}"), stage.clock.now()
    known = {"name": f"Lead {number}", "email": f"lead-{number}@example.com", "team_size": number + 1}
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(person, now, known))
    begun = time.perf_counter()
    async with stage.store.transaction() as uow:
        effects = (ChangeScore("fit", 40, "a team", "size"), SyncCrm("Qualified: wants a demo."))
        await perform(uow, stage.runtime, effects, Cause(f"qualified-{number}", person), now)
    await stage.runtime.wakeups.notify(OUTBOX)
    return begun


async def _settled(stage: Stage) -> None:
    async with asyncio.timeout(SETTLED_WITHIN):
        while True:
            async with stage.store.transaction() as uow:
                if await uow.outbox.count(OutboxStatus.SENT) == LEADS:
                    return
            await asyncio.sleep(0.1)
