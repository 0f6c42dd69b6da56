"""The front door: a channel that listens to its vendor is kept and answered like one that gets webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

import bot.entrypoints.front_door
from bot.domain.message import CustomerMessage
from bot.entrypoints.http import Server
from bot.ports import Abilities, Reply, Webhook
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import PHONE, Stage

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
    monkeypatch.setattr(bot.entrypoints.front_door, "LISTEN_AGAIN_AFTER", 0.0)
    listener = Listener(errors=2)
    with capture_logs() as logs:
        async with TestServer(listening(stage, service_of, listener).application()), asyncio.timeout(10):
            await listener.replies.get()
    assert [one["channel"] for one in logs if one["log_level"] == "error"] == ["sms", "sms"]
