"""The front door: a channel that listens to its vendor is kept and answered like one that gets webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

import bot.entrypoints.web.front_door
from bot.domain.message import CustomerMessage
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.front_door import take
from bot.ports import Abilities, Reply, Webhook, WebhookRequest
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import PHONE, Stage

VISITED = Reply(302, headers={"Location": "https://vendor.example/authorize", "Set-Cookie": "state=1; HttpOnly"})
GREETING = CustomerMessage("sms", "SM1", PHONE, "Hello")


class Listener(FakeChannel):
    """Hears one message, after as many errors as it is told; `ended` once it is called off."""

    def __init__(self, errors: int = 0) -> None:
        super().__init__("sms", Abilities(identity="phone"))
        self.errors = errors
        self.replies: asyncio.Queue[Reply] = asyncio.Queue()
        self.ended = asyncio.Event()

    async def listen(self, take: Callable[[Webhook], Awaitable[Reply]]) -> None:
        if self.errors:
            self.errors -= 1
            raise RuntimeError("the vendor says something new")
        await self.replies.put(await take(Webhook(inbound=(GREETING,), reply=Reply(body=b"kept"))))
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended.set()


def listening(stage: Stage, service_of: ServiceMaker, listener: Listener) -> Server:
    service = service_of()
    runtime = replace(service.runtime, channels={**service.runtime.channels, "sms": listener})
    return Server(replace(service, runtime=runtime))


async def test_what_a_listening_channel_hears_is_stored_before_it_is_answered(
    stage: Stage, service_of: ServiceMaker
) -> None:
    listener = Listener()
    async with TestServer(listening(stage, service_of, listener).application()), asyncio.timeout(10):
        assert (await listener.replies.get()).body == b"kept"
        async with stage.store.transaction() as uow:
            assert await uow.inbox.find("sms", "SM1") == GREETING
    assert listener.ended.is_set()


async def test_one_that_fails_is_told_in_the_log_and_listens_again(
    stage: Stage, service_of: ServiceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.entrypoints.web.front_door, "LISTEN_AGAIN_AFTER", 0.0)
    listener = Listener(errors=2)
    with capture_logs() as logs:
        async with TestServer(listening(stage, service_of, listener).application()), asyncio.timeout(10):
            await listener.replies.get()
    assert [one["channel"] for one in logs if one["log_level"] == "error"] == ["sms", "sms"]


class Installed(FakeChannel):
    """Its pages send a browser on to the vendor."""

    def __init__(self) -> None:
        super().__init__("sms", Abilities(identity="phone"))
        self.visits: list[WebhookRequest] = []

    async def visit(self, request: WebhookRequest) -> Reply:
        self.visits.append(request)
        return VISITED


async def test_a_browser_gets_to_the_pages_of_a_channel_that_is_installed(service_of: ServiceMaker) -> None:
    service, channel = service_of(public_url="https://chat.example.com/bot"), Installed()
    runtime = replace(service.runtime, channels={**service.runtime.channels, "sms": channel})
    server = TestServer(Server(replace(service, runtime=runtime)).application())
    async with TestClient(server) as browser:
        for page in ("install", "oauth"):
            answer = await browser.get(f"/sms/{page}?code=a%20b", allow_redirects=False, headers={"Cookie": "state=1"})
            assert (answer.status, answer.headers["Location"]) == (302, VISITED.headers["Location"])
        assert (await browser.get("/sms/other")).status == 404
        assert (await browser.get("/webchat/install")).status == 404
    assert [one.url for one in channel.visits] == [
        "https://chat.example.com/bot/sms/install?code=a%20b",
        "https://chat.example.com/bot/sms/oauth?code=a%20b",
    ]
    assert channel.visits[0].headers["cookie"] == "state=1"


async def test_what_a_channel_has_to_keep_itself_comes_first_and_refuses_the_request_where_it_fails(
    stage: Stage,
) -> None:
    async def fail() -> None:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await take(stage.runtime, stage.sms, Webhook(inbound=(GREETING,), keep=fail))
    async with stage.store.transaction() as uow:
        assert await uow.inbox.find("sms", "SM1") is None
