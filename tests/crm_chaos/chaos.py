"""Leads change, a worker tells the CRM, the CRM is in trouble now and then, and the worker is killed at any moment."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web

from bot.adapters.database import Database
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import PersonEffect, SetAttribute, SyncCrm
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.services.perform import Cause, perform
from bot.services.replay import replay
from tests.bot.services.stage import Stage
from tests.connectors.crms import CRMS
from tests.connectors.vendor_faults import VENDOR_FAULTS
from tests.connectors.vendor_server import MemoryFeed, VendorServer, serve, settings_for
from tests.crm_chaos.worker import QuickClock, Work, work

SIZES: Mapping[str, str] = {
    "hubspot": "overture_team_size",
    "salesforce": "Overture_Team_Size__c",
    "mautic": "overture_team_size",
    "marketo": "overtureTeamSize",
    "openemm": "overture_team_size",
    "openemm_rest": "overture_team_size",
    "webhook": "team_size",
}
"""By each CRM, and what it calls the value that changes."""

LEADS = 20
LONGEST_LIFE = 0.5
"""Seconds after which a worker that began is killed at the latest."""

TROUBLE = 0.04
"""The share of calls at which something goes wrong."""

SLOWEST = 0.02
DRAINED_WITHIN = 300.0
BEGINS_WITHIN = 60.0
NUMBERED = re.compile(r"Note number (\d+)\.")


@dataclass
class Outcome:
    """What the CRM has in the end, beside what it should have. All but the first four should be nothing."""

    crm: str
    kills: int = 0
    notes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    lost_leads: int = 0
    doubled_leads: int = 0
    stale_leads: int = 0
    lost_notes: int = 0
    doubled_notes: int = 0
    unsettled: int = 0

    @property
    def is_clean(self) -> bool:
        wrong = (self.lost_leads, self.doubled_leads, self.stale_leads, self.lost_notes, self.doubled_notes)
        return not any(wrong) and not self.unsettled


class TroubledServer(VendorServer):
    """The vendor, slow, and with faults that nobody expects."""

    def trouble(self, chance: Random, faults: Counter[str], name: str) -> None:
        self._chance, self._counted, self._name = chance, faults, name

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self._chance.uniform(0, SLOWEST))
        if not self.faults and self._chance.random() < TROUBLE:
            kind = self._chance.choice(sorted(VENDOR_FAULTS[self._name]))
            self.faults.append(VENDOR_FAULTS[self._name][kind])
            self._counted[kind] += 1
        try:
            return await super().answer(request)
        except ConnectionResetError:  # whoever asked was killed in the middle of it
            return web.Response()


async def chaos(name: str, kills: int, folder: Path, *, seed: int = 7) -> Outcome:
    """Kill workers so often, let the last one finish, and look at what the CRM has."""
    chance, outcome, feed = Random(seed), Outcome(name), MemoryFeed()
    module, clock = CRMS[name].module, QuickClock(time.time())
    url = f"sqlite+aiosqlite:///{folder / f'{name}.db'}"
    async with AsyncExitStack() as stack:
        server = TroubledServer(module.build_sandbox(settings_for(module, feed=feed, clock=clock)), clock)
        server.trouble(chance, outcome.faults, name)
        await stack.enter_async_context(serve(server))
        store = Database(url)
        stack.push_async_callback(store.close)
        await store.migrate()
        run = _Run(Stage(store, clock), Work(url, name, server.url, clock.begun), chance)
        run.stage.runtime = replace(run.stage.runtime, crms={name: run.stage.crm})  # it is named; the workers have it
        await run.meet()
        while outcome.kills < kills:
            await run.change()
            outcome.kills += await asyncio.to_thread(run.work_for, chance.uniform(0, LONGEST_LIFE))
        server.faults.clear()
        worker = await asyncio.to_thread(run.begin)
        try:
            outcome.replayed = await run.drain()
        finally:
            worker.kill()
            worker.join()
        outcome.unsettled = await run.unsettled()
    run.judge(outcome, list(feed.entries.get(f"sandbox:{CRMS[name].connector}", {}).values()))
    return outcome


class _Run:
    def __init__(self, stage: Stage, what: Work, chance: Random) -> None:
        self.stage = stage
        self._work = what
        self._chance = chance
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.crm_chaos.worker", f"connectors.{CRMS[what.crm].connector}"])
        self._changes = 0
        self.sizes: dict[str, int] = {}

    async def meet(self) -> None:
        async with self.stage.store.transaction() as uow:
            now = self.stage.clock.now()
            for number in range(LEADS):
                known = {"name": f"Lead {number}", "email": _address(number)}
                await uow.profiles.add(Profile(ProfileId(f"lead-{number}"), now, known))

    async def change(self) -> None:
        """Some leads are known better, and there is a note on each."""
        for number in self._chance.sample(range(LEADS), 2):
            self._changes += 1
            self.sizes[_address(number)] = self._changes
            person = ProfileId(f"lead-{number}")
            effects: list[PersonEffect] = [
                SetAttribute("team_size", self._changes),
                SyncCrm(f"Note number {self._changes}."),
            ]
            async with self.stage.store.transaction() as uow:
                cause = Cause(f"change-{self._changes}", person)
                await perform(uow, self.stage.runtime, effects, cause, self.stage.clock.now())

    def begin(self) -> BaseProcess:
        """A worker of its own process, which is at work."""
        here, there = self._processes.Pipe()
        worker = self._processes.Process(target=work, args=(self._work, there), daemon=True)
        worker.start()
        if not here.poll(BEGINS_WITHIN):
            raise RuntimeError("a worker did not begin")
        here.close()
        there.close()
        return worker

    def work_for(self, seconds: float) -> int:
        """Kill a worker after this time; 1, for it was alive."""
        worker = self.begin()
        time.sleep(seconds)
        if not worker.is_alive():
            raise RuntimeError(f"a worker ended by itself, with {worker.exitcode}")
        worker.kill()
        worker.join()
        return 1

    async def drain(self) -> int:
        """Until all is settled; how often somebody had to let leave again what was given up."""
        ends, replayed = time.monotonic() + DRAINED_WITHIN, 0
        while time.monotonic() < ends and await self.unsettled():
            async with self.stage.store.transaction() as uow:
                for entry in await uow.outbox.dead(100):
                    await replay(uow, entry, self.stage.clock.now())
                    replayed += 1
            await asyncio.sleep(0.1)
        return replayed

    async def unsettled(self) -> int:
        async with self.stage.store.transaction() as uow:
            settled = await uow.outbox.count(OutboxStatus.SENT)
        return self._changes - settled

    def judge(self, outcome: Outcome, items: list[Mapping[str, Any]]) -> None:
        records = {one["id"]: one["properties"] for one in items if one["type"] == "contact"}
        email = next(name for one in records.values() for name, value in one.items() if value in self.sizes)
        of_leads = Counter(one[email] for one in records.values())
        outcome.lost_leads = len(self.sizes.keys() - of_leads.keys())
        outcome.doubled_leads = sum(of_leads.values()) - len(of_leads)
        size = SIZES[outcome.crm]
        outcome.stale_leads = sum(float(one[size]) != self.sizes[one[email]] for one in records.values())
        notes = Counter(number for one in items if one["type"] == "note" for number in NUMBERED.findall(one["body"]))
        outcome.notes = self._changes
        outcome.lost_notes = sum(notes[str(number)] == 0 for number in range(1, self._changes + 1))
        outcome.doubled_notes = sum(count > 1 for count in notes.values())


def _address(number: int) -> str:
    return f"lead-{number}@example.com"
