"""What every CRM must do, whoever its vendor is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType

import aiohttp
import pytest

import connectors.hubspot
import connectors.hubspot.crm
from bot.domain.errors import PermanentSendError, SendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Crm, Reply
from tests.connectors.vendor_server import Fault, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead(
    key="0193-profile",
    email="robin@example.com",
    phone="+447700900123",
    name="Robin Example",
    score=65,
    grade="A1",
    reasons=("+20 a team of fifty", "+10 wants to start now"),
    properties={"team_size": 50.0, "timeline": "this_quarter", "company": "Example Ltd"},
)
NOTE = "Handed over to sales: <b>wants a demo</b> & a call"
CRMS: dict[str, ModuleType] = {"hubspot": connectors.hubspot}


@dataclass
class Stage:
    crm: Crm
    module: ModuleType
    feed: MemoryFeed
    server: VendorServer

    def shown(self, kind: str) -> list[dict[str, object]]:
        items = self.feed.entries.get(f"sandbox:{self.crm.name}", {}).values()
        return [dict(item) for item in items if item["type"] == kind]


@pytest.fixture(params=CRMS)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    module, feed, clock = CRMS[request.param], MemoryFeed(), StillClock()
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        crm = module.build(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(crm, module, feed, server)
        await crm.close()


async def test_a_lead_becomes_a_record(stage: Stage) -> None:
    crm_id = await stage.crm.upsert(LEAD, key="one")
    [record] = stage.shown("contact")
    assert record["id"] == crm_id
    assert record["created"] is True
    assert "robin@example.com" in json.dumps(record["properties"])


async def test_the_same_lead_again_is_the_same_record(stage: Stage) -> None:
    first = await stage.crm.upsert(LEAD, key="one")
    again = await stage.crm.upsert(replace(LEAD, score=80, email="Robin@Example.com"), key="two")
    assert first == again
    assert [record["created"] for record in stage.shown("contact")] == [True, False]


async def test_what_is_not_known_overwrites_nothing(stage: Stage) -> None:
    await stage.crm.upsert(LEAD, key="one")
    await stage.crm.upsert(replace(LEAD, name=None, phone=None, properties={}), key="two")
    first, second = stage.shown("contact")
    assert first["properties"] == second["properties"]


async def test_a_lead_that_cannot_be_recognised_is_refused_with_the_reason(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="e-mail"):
        await stage.crm.upsert(replace(LEAD, email=None), key="one")


async def test_a_note_is_added_once_for_each_key(stage: Stage) -> None:
    crm_id = await stage.crm.upsert(LEAD, key="one")
    await stage.crm.note(crm_id, NOTE, key="a")
    await stage.crm.note(crm_id, NOTE, key="a")
    await stage.crm.note(crm_id, NOTE, key="b")
    assert [note["contact"] for note in stage.shown("note")] == [crm_id, crm_id]


TROUBLE: dict[str, Fault] = {
    "429": Reply(429, b'{"status":"error","category":"RATE_LIMITS"}', "application/json", {"Retry-After": "7"}),
    "500": Reply(500, b"<html>oops</html>", "text/html"),
    "502 without a body": Reply(502, b"", "text/html"),
    "nonsense": Reply(200, b"[1, 2]", "application/json"),
    "hangs up": "hang up",
    "says nothing": "say nothing",
}


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_at_the_vendor_is_temporary(stage: Stage, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors.hubspot.crm, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    error = await _failure(stage, fault)
    assert isinstance(error, TemporarySendError)
    if isinstance(fault, Reply) and fault.status == 429:
        assert error.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_vendor_that_refuses_is_not_asked_again(stage: Stage, status: int) -> None:
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": f"robin@example.com: {NOTE}"}
    error = await _failure(stage, Reply(status, json.dumps(body).encode(), "application/json"))
    assert isinstance(error, PermanentSendError)


async def _failure(stage: Stage, fault: Fault) -> SendError:
    """The error of an upsert that meets `fault`; none of what it says may be private."""
    stage.server.faults.append(fault)
    with pytest.raises(SendError) as failed:
        await stage.crm.upsert(LEAD, key="one")
    secrets = [value for name, value in settings_for(stage.module).values.items() if "TOKEN" in name]
    told: BaseException | None = failed.value
    while told is not None:
        assert not [private for private in (*secrets, "robin@example.com", NOTE) if private in str(told)]
        told = told.__cause__
    return failed.value
