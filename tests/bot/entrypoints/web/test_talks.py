"""WebSockets on which a vendor talks with us, through the server's real door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, WSCloseCode, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.ports import AwaitTurn, Said, Talk, TalkStep, WebhookRequest
from bot.services.runtime import FEEDS
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import PHONE, Stage

HELLO = CustomerMessage("sms", "m1", PHONE, "greet")


@dataclass
class ScriptedTalk:
    """Answers each frame with the step of that name."""

    steps: dict[str, TalkStep]
    heard: list[str] = field(default_factory=list)

    def hear(self, frame: str) -> TalkStep:
        self.heard.append(frame)
        return self.steps[frame]


class TalkingChannel(FakeChannel):
    """A vendor that talks over a WebSocket, too."""

    script: ScriptedTalk

    def talk(self, request: WebhookRequest) -> Talk:
        if request.headers.get("x-signature") != "good":
            raise WebhookRejected(403, "the signature does not fit")
        return self.script


def wait_for(reply: Callable[[Said], TalkStep], *earlier: str, within: float = 60, behind: int = 0) -> TalkStep:
    waiting = AwaitTurn("sms:news", timedelta(seconds=within), reply, behind=behind, earlier=earlier)
    return TalkStep(await_turn=waiting)


def tell(said: Said) -> TalkStep:
    return TalkStep(frames=[f"{found.item['text']}" for found in said.items] or ["nothing"])


@pytest.fixture
def script(stage: Stage) -> ScriptedTalk:
    channel = TalkingChannel("sms", stage.sms.abilities)
    channel.script = ScriptedTalk({"over": TalkStep(frames=["bye"], over=True)})
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "sms": channel})
    return channel.script


@pytest.fixture
async def server(service_of: Callable[..., Service], script: ScriptedTalk) -> AsyncIterator[TestServer]:
    one = TestServer(Server(service_of()).application())
    async with one:
        yield one


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def opened(http: ClientSession, server: TestServer, *, signature: str = "good", channel: str = "sms"):  # type: ignore[no-untyped-def]
    return http.ws_connect(server.make_url(f"/channels/{channel}/talk"), headers={"X-Signature": signature})


async def test_the_upgrade_is_refused_where_the_channel_refuses_it_or_has_no_talks(
    http: ClientSession, server: TestServer
) -> None:
    for arguments, status in (({"signature": "bad"}, 403), ({"channel": "nowhere"}, 404)):
        with pytest.raises(WSServerHandshakeError) as refused:
            await opened(http, server, **arguments)
        assert refused.value.status == status
    with pytest.raises(WSServerHandshakeError):
        await opened(http, server, channel="webchat")


async def test_what_was_said_is_kept_before_anything_is_answered(
    http: ClientSession, server: TestServer, script: ScriptedTalk, stage: Stage
) -> None:
    script.steps["hello"] = TalkStep(inbound=[HELLO], frames=["heard you"])
    async with opened(http, server) as socket:
        await socket.send_str("hello")
        assert await socket.receive_str() == "heard you"
        async with stage.store.transaction() as uow:
            assert await uow.inbox.waits("sms", "m1")


async def test_news_on_the_feed_is_told_at_once_and_their_absence_when_its_time_has_come(
    http: ClientSession, server: TestServer, script: ScriptedTalk, stage: Stage
) -> None:
    script.steps["listen"] = wait_for(tell)
    script.steps["listen briefly"] = wait_for(tell, within=0.01, behind=10**6)
    async with opened(http, server) as socket:
        await socket.send_str("listen briefly")
        assert await socket.receive_str() == "nothing"
        await socket.send_str("listen")
        async with stage.store.transaction() as uow:
            await uow.feeds.append("sms:news", "1", {"text": "a colleague"}, stage.clock.now())
        await stage.runtime.wakeups.notify(FEEDS)
        assert await socket.receive_str() == "a colleague"


async def test_a_frame_ends_the_waiting_unless_it_is_not_to_be_disturbed(
    http: ClientSession, server: TestServer, script: ScriptedTalk
) -> None:
    script.steps["wait"] = wait_for(tell)
    script.steps["first"] = replace(wait_for(tell, within=0.2), undisturbed=True)
    script.steps["hello"] = TalkStep(frames=["heard you"])
    async with opened(http, server) as socket:
        for frame in ("wait", "hello"):
            await socket.send_str(frame)
        assert await socket.receive_str() == "heard you"
        for frame in ("first", "hello"):
            await socket.send_str(frame)
        assert [await socket.receive_str(), await socket.receive_str()] == ["nothing", "heard you"]


async def test_a_turn_is_waited_for_until_it_is_over(
    http: ClientSession, server: TestServer, script: ScriptedTalk, stage: Stage
) -> None:
    script.steps["hello"] = replace(
        wait_for(lambda said: TalkStep(frames=["done" if said.finished else "late"]), "m1"), inbound=[HELLO]
    )
    async with opened(http, server) as socket:
        await socket.send_str("hello")
        await asyncio.sleep(0.05)
        await stage.settle()
        assert await socket.receive_str() == "done"


async def test_whatever_breaks_a_talk_off_the_vendor_is_told_that_it_was_we(
    http: ClientSession, server: TestServer, script: ScriptedTalk
) -> None:
    for frame, code in (("unheard of", WSCloseCode.INTERNAL_ERROR), ("over", WSCloseCode.OK)):
        async with opened(http, server) as socket:
            await socket.send_str(frame)
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                pass
            assert message.data == code


async def test_a_vendor_that_goes_away_in_the_middle_of_a_turn_leaves_it_to_be_taken(
    http: ClientSession, server: TestServer, script: ScriptedTalk, stage: Stage
) -> None:
    script.steps["hello"] = replace(wait_for(tell, "m1"), inbound=[HELLO], frames=["heard you"])
    socket = await opened(http, server)
    await socket.send_str("hello")
    await socket.receive_str()
    await socket.close()
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert not await uow.inbox.waits("sms", "m1")
