"""The sandbox: stand-ins answer on this machine, and what people do over there comes in by our front door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.entrypoints.console.sandbox import Sandbox, post_webhook
from bot.ports import Reply, WebhookRequest
from tests.manual_clock import ManualClock


class StandIn:
    name = "fax"

    def __init__(self) -> None:
        self.calls: list[WebhookRequest] = []

    async def answer(self, request: WebhookRequest) -> Reply:
        self.calls.append(request)
        return Reply(201, b'{"id": 1}', "application/json", {"X-Vendor": "fax"})

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        return WebhookRequest("POST", "https://chat.example.com/channels/fax/in?a=1%3A", {}, b"", now)


@pytest_asyncio.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    made = Sandbox(clock)
    await made.start()
    yield made
    await made.close()


async def test_a_stand_in_answers_in_its_vendors_place(sandbox: Sandbox, clock: ManualClock) -> None:
    stand_in = StandIn()
    sandbox.move_in("fax_service", stand_in)
    url = f"{sandbox.url_of('fax_service')}/v1/messages?to=me"
    async with ClientSession() as http, http.post(url, data=b"hello", headers={"X-Token": "t"}) as response:
        assert (response.status, await response.json()) == (201, {"id": 1})
        assert response.headers["X-Vendor"] == "fax"
    (call,) = stand_in.calls
    assert (call.method, call.url, call.body, call.received_at) == ("POST", url, b"hello", clock.now())
    assert call.headers["x-token"] == "t"
    assert list(sandbox.vendors) == ["fax_service"]


async def test_it_is_reached_from_this_machine_alone(sandbox: Sandbox) -> None:
    assert sandbox.url_of("fax").startswith("http://127.0.0.1:")


async def test_nobody_answers_for_a_vendor_that_is_not_there(sandbox: Sandbox) -> None:
    async with ClientSession() as http, http.get(f"{sandbox.url_of('fax')}/v1") as response:
        assert (response.status, await response.text()) == (404, "nobody here by that name")


async def test_a_stand_ins_webhook_comes_to_our_own_door_by_its_public_path(clock: ManualClock) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response(status=202, text=f"{request.raw_path} {(await request.read()).decode()}")

    app = web.Application()
    app.router.add_post("/{tail:.*}", take)
    webhook = WebhookRequest(
        "POST", "https://chat.example.com/channels/fax/in?a=1", {"X-Sig": "s"}, b"hello", clock.now()
    )
    async with TestServer(app) as server, ClientSession() as http:
        reply = await post_webhook(http, webhook, str(server.make_url("")).rstrip("/"))
    assert (reply.status, reply.body) == (202, b"/channels/fax/in?a=1 hello")
