"""`/crms/<name>` over HTTP, with the connectors' own signatures, up to what is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

import connectors.webhook
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from connectors.webhook.crm import signature
from tests.bot.services.stage import ANA, Stage
from tests.connectors.vendor_server import StillClock, settings_for

Client = TestClient[Any, Any]
SECRET = settings_for(connectors.webhook).values["CRM_WEBHOOK_SECRET"]
MOVED = {"id": "e1", "event": "stage_changed", "record": "17", "stage": "customer"}


@pytest_asyncio.fixture
async def client(service_of: Callable[..., Service], stage: Stage) -> AsyncIterator[Client]:
    service = service_of(connectors="")
    crm = connectors.webhook.build(settings_for(connectors.webhook, clock=StillClock(), sandbox_url="http://localhost"))
    service = replace(service, runtime=replace(service.runtime, crms={"webhook": crm}))
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.crm_links.put("webhook", ANA, "17")
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def post(client: Client, stage: Stage, body: bytes, *, secret: str = SECRET) -> tuple[int, dict[str, Any]]:
    headers = {"Overture-Signature": signature(secret, body, int(stage.clock.now().timestamp()))}
    answer = await client.post("/crms/webhook", data=body, headers=headers)
    return answer.status, await answer.json()


async def test_what_a_crm_tells_is_on_the_timeline_once(client: Client, stage: Stage) -> None:
    body = json.dumps(MOVED).encode()
    assert await post(client, stage, body) == (200, {"taken": 1, "duplicates": 0, "ignored": 0})
    assert await post(client, stage, body) == (200, {"taken": 0, "duplicates": 1, "ignored": 0})
    async with stage.store.transaction() as uow:
        [event] = await uow.timeline.of(ANA, limit=10)
    assert (event.event, event.data) == ("crm.stage_changed", {"crm": "webhook", "stage": "customer"})


async def test_of_a_stranger_nothing_is_kept_and_the_crm_need_not_try_again(client: Client, stage: Stage) -> None:
    body = json.dumps({**MOVED, "record": "99"}).encode()
    assert await post(client, stage, body) == (200, {"taken": 0, "duplicates": 0, "ignored": 1})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": "eaten"}, '"event" must be one of'),
        ({"id": None}, '"id" must be'),
        ({"record": None}, "It says of nobody"),
        ({"stage": ""}, '"stage" must say'),
        ({"at": "yesterday"}, '"at" must be a time'),
    ],
)
async def test_what_cannot_be_read_is_refused_with_what_to_do(
    client: Client, stage: Stage, change: dict[str, Any], words: str
) -> None:
    status, told = await post(client, stage, json.dumps({**MOVED, **change}).encode())
    assert status == 400
    assert words in told["error"]


async def test_who_has_not_the_secret_is_refused(client: Client, stage: Stage) -> None:
    status, told = await post(client, stage, json.dumps(MOVED).encode(), secret="another secret of nobody")
    assert (status, "CRM_WEBHOOK_SECRET" in told["error"]) == (403, True)
    assert (await client.post("/crms/webhook", json=MOVED)).status == 401
    assert (await client.get("/crms/webhook")).status == 405
    assert (await client.post("/crms/other", json=MOVED)).status == 404


async def test_what_is_larger_than_any_batch_is_refused(client: Client) -> None:
    answer = await client.post("/crms/webhook", data=BytesIO(b" " * (1024 * 1024 + 1)))
    assert (answer.status, "at most 1024 kB" in (await answer.json())["error"]) == (413, True)
