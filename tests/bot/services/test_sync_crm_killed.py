"""A worker that is cut off at any of its waits: the CRM still has each lead once, as it is last, and each note once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from time import perf_counter

import pytest

import connectors.hubspot
import connectors.marketo
import connectors.mautic
import connectors.openemm
import connectors.salesforce
from bot.documents import parse
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import SetAttribute, SyncCrm
from bot.journeys.crm_mapping import read_crm_mapping
from bot.services.deliver import deliver_due
from bot.services.perform import Cause
from tests.bot.services.stage import ANA, Stage
from tests.connectors.vendor_server import MemoryFeed, StillClock, VendorServer, serve, settings_for

ROUNDS = 25
WHOLE = 2
"""Rounds that nobody cuts off: they tell how long one takes here."""

MODULES = {
    "hubspot": (connectors.hubspot, "overture_team_size"),
    "salesforce": (connectors.salesforce, "Overture_Team_Size__c"),
    "mautic": (connectors.mautic, "overture_team_size"),
    "marketo": (connectors.marketo, "overtureTeamSize"),
    "openemm": (connectors.openemm, "overture_team_size"),
}


@pytest.mark.parametrize("name", MODULES)
async def test_a_worker_that_is_cut_off_leaves_each_lead_and_each_note_once(stage: Stage, name: str) -> None:
    (module, size), feed, chance = MODULES[name], MemoryFeed(), Random(7)
    async with AsyncExitStack() as stack:
        vendor = module.build_sandbox(settings_for(module, feed=feed))
        server = await stack.enter_async_context(serve(VendorServer(vendor, StillClock())))
        crm = module.build(settings_for(module, feed=feed, sandbox_url=server.url))
        stack.push_async_callback(crm.close)
        mapping = read_crm_mapping(parse(name, module.FIELDS.read_text(encoding="utf-8")), None, None)
        stage.library.playbook = replace(stage.library.playbook, crm_mappings={name: mapping})
        stage.runtime = replace(stage.runtime, crms={name: crm})
        await stage.meet(attributes={"name": "Ana Example", "email": "ana@example.com"})

        cut_short, whole = 0, 0.0
        for number in range(ROUNDS):
            known = SetAttribute("team_size", number)
            await stage.do(known, SyncCrm(f"Note number {number}."), cause=Cause(f"cause-{number}", ANA))
            begun = perf_counter()
            worker = asyncio.create_task(_work(stage))
            if number < WHOLE:
                await worker
                whole = max(whole, perf_counter() - begun)
            await asyncio.sleep(chance.uniform(0, whole))
            cut_short += worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            stage.clock.forward(timedelta(minutes=chance.choice([0, 3])))
        for _ in range(12):
            await stage.later(minutes=30)

        items = list(feed.entries[f"sandbox:{name}"].values())
        contacts = [item for item in items if item["type"] == "contact"]
        assert cut_short > ROUNDS // 3, "hardly any worker was cut off"
        assert len({item["id"] for item in contacts}) == 1
        assert float(contacts[-1]["properties"][size]) == ROUNDS - 1
        notes = [item["body"] for item in items if item["type"] == "note"]
        assert [sum(f"Note number {number}." in body for body in notes) for number in range(ROUNDS)] == [1] * ROUNDS
        async with stage.store.transaction() as uow:
            assert await uow.outbox.count(OutboxStatus.SENT) == ROUNDS


async def _work(stage: Stage) -> None:
    while await deliver_due(stage.runtime):
        pass
