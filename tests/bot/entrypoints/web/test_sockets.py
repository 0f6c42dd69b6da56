"""Clients of Socket.IO, through the server's real door: what they say is kept, and what is said to them told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import socketio
from aiohttp import ClientSession
from aiohttp.test_utils import BaseTestServer, TestServer
from socketio.exceptions import ConnectionError as NotConnected

import connectors.socketio
from bot.adapters.feeds import StoreFeedWriter
from bot.domain.message import OutboundMessage, Text
from bot.entrypoints.serving.http import Server
from bot.entrypoints.serving.siblings import Siblings
from bot.entrypoints.web import sockets
from bot.entrypoints.wiring.service import Service
from bot.services.receive import receive
from tests.bot.services.stage import Stage
from tests.connectors.vendor_server import settings_for

SITE = "https://www.example.com"
WITHIN = 20
"""Seconds until a test gives up; what is waited for comes at once."""


class Client:
    """A front end: what it was told, and the session that was confirmed."""

    def __init__(self, http: ClientSession) -> None:
        self.socket = socketio.AsyncClient(reconnection=False, http_session=http)
        self.told: asyncio.Queue[Any] = asyncio.Queue()
        self.confirmed: asyncio.Queue[str] = asyncio.Queue()
        self.left: asyncio.Queue[str] = asyncio.Queue()
        self.socket.on("bot_uttered", self.told.put)
        self.socket.on("session_confirm", self.confirmed.put)
        self.socket.on("disconnect", self.left.put)

    async def enter(self, session: str | None = None) -> str:
        await self.socket.emit("session_request", {"session_id": session})
        return await asyncio.wait_for(self.confirmed.get(), WITHIN)

    async def say(self, message: Any, session: str, **more: Any) -> Any:
        """What the service says to it at once: None, or why it was refused."""
        return await self.socket.call("user_uttered", {"message": message, "session_id": session, **more})

    async def hears(self) -> Any:
        return await asyncio.wait_for(self.told.get(), WITHIN)


@pytest.fixture
def channel(stage: Stage) -> connectors.socketio.SocketioChannel:
    feed = StoreFeedWriter(stage.store, stage.clock, stage.runtime.wakeups)
    settings = settings_for(connectors.socketio, values={"SOCKETIO_ORIGINS": SITE})
    channel = connectors.socketio.build(replace(settings, feed=feed))
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "socketio": channel})
    return channel


@pytest.fixture
async def server(
    service_of: Callable[..., Service], channel: connectors.socketio.SocketioChannel
) -> AsyncIterator[TestServer]:
    one = TestServer(Server(service_of()).application())
    async with one:
        yield one


@asynccontextmanager
async def client_of(server: BaseTestServer, *transports: str, origin: str = SITE) -> AsyncIterator[Client]:
    async with ClientSession() as http:  # which the library closes only where it could connect
        client = Client(http)
        await client.socket.connect(
            str(server.make_url("/")), headers={"Origin": origin}, transports=list(transports) or None
        )
        try:
            yield client
        finally:
            await client.socket.disconnect()


async def write(channel: connectors.socketio.SocketioChannel, address: str, text: str) -> None:
    """Something that nobody has asked for leaves to this visitor."""
    await channel.send(OutboundMessage(f"key of {text}", "socketio", address, Text(text)))


async def noted(stage: Stage, address: str) -> None:
    """Wait until it is noted what they were told, which follows the telling."""
    async with asyncio.timeout(WITHIN):
        while True:
            async with stage.store.reading() as uow:
                items = await uow.feeds.read([f"socketio:{address}"], after=0)
            if any("told" in one.item for one in items):
                return
            await asyncio.sleep(0.01)


async def visitors(stage: Stage) -> list[str]:
    """The addresses of those who have said something that waits for its turn, in the order of their conversations."""
    async with stage.store.reading() as uow:
        waiting = await uow.inbox.waiting_conversations(stage.clock.now(), 10)
        entries = [entry for one in waiting for entry in await uow.inbox.waiting(one, stage.clock.now())]
    return [entry.inbound.address for entry in entries]  # type: ignore[union-attr]


async def test_a_client_is_answered(server: TestServer, stage: Stage) -> None:
    async with client_of(server) as client:
        session = await client.enter()
        assert await client.say("greet", session) is None
        await stage.settle()
        assert [await client.hears(), await client.hears()] == [{"text": "I am a machine."}, {"text": "Hello!"}]


async def test_a_client_that_can_only_poll_is_answered(server: TestServer, stage: Stage) -> None:
    """By hand, for the library's own client waits half a minute before it leaves."""
    async with ClientSession() as http:
        address = server.make_url("/socket.io/?EIO=4&transport=polling")
        opened = await (await http.get(address)).text()
        address = address.update_query(sid=json.loads(opened[1:])["sid"])

        async def packets(until: str) -> str:
            """What is polled, until something comes with these words in it."""
            read = ""
            async with asyncio.timeout(WITHIN):
                while until not in read:
                    read += await (await http.get(address)).text()
            return read

        await http.post(address, data="40")
        await packets(until="40")
        await http.post(address, data='42["user_uttered",{"message":"greet"}]')
        await stage.settle()
        assert '42["bot_uttered",{"text":"Hello!"}]' in await packets(until="Hello!")


async def test_what_is_said_at_once_is_kept_in_its_order(server: TestServer, stage: Stage) -> None:
    async with client_of(server) as client:
        session = await client.enter()
        for number in range(20):
            await client.socket.emit("user_uttered", {"message": f"line {number}", "session_id": session})
        await client.say("the last", session)
        async with stage.store.reading() as uow:
            (conversation,) = await uow.inbox.waiting_conversations(stage.clock.now(), 10)
            entries = await uow.inbox.waiting(conversation, stage.clock.now())
    texts = [entry.inbound.text for entry in entries]  # type: ignore[union-attr]
    assert texts == [*(f"line {number}" for number in range(20)), "the last"]


async def test_whoever_comes_back_is_told_what_they_missed_and_nothing_twice(
    server: TestServer, stage: Stage, channel: connectors.socketio.SocketioChannel
) -> None:
    async with client_of(server) as client:
        session = await client.enter()
        await client.say("greet", session)
        (address,) = await visitors(stage)
        await write(channel, address, "while you are here")
        assert await client.hears() == {"text": "while you are here"}
        await noted(stage, address)
    await write(channel, address, "while you were away")
    async with client_of(server) as client:
        assert await client.enter(session) == session
        assert await client.hears() == {"text": "while you were away"}
        assert client.told.empty()


async def test_whoever_leaves_on_being_told_is_not_told_again(
    server: TestServer,
    stage: Stage,
    channel: connectors.socketio.SocketioChannel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original, left = sockets.Sockets._note, asyncio.Event()

    async def note_late(self: sockets.Sockets, feed: str, told: int) -> None:
        await left.wait()
        await original(self, feed, told)

    monkeypatch.setattr(sockets.Sockets, "_note", note_late)
    async with client_of(server) as client:
        await client.say("greet", await client.enter())
        (address,) = await visitors(stage)
        await write(channel, address, "bye")
        assert await client.hears() == {"text": "bye"}
    await asyncio.wait_for(client.left.get(), WITHIN)
    await asyncio.sleep(0.05)  # the service hears of it
    left.set()
    await noted(stage, address)


async def test_two_tabs_of_a_visitor_are_both_told(
    server: TestServer, stage: Stage, channel: connectors.socketio.SocketioChannel
) -> None:
    async with client_of(server) as first, client_of(server) as second:
        session = await first.enter()
        await second.enter(session)
        await first.say("greet", session)
        (address,) = await visitors(stage)
        await write(channel, address, "to both")
        assert [await first.hears(), await second.hears()] == [{"text": "to both"}] * 2


async def test_what_cannot_be_taken_is_refused_with_a_reason_and_the_rest_goes_on(server: TestServer) -> None:
    async with client_of(server) as client:
        session = await client.enter()
        assert await client.say(" ", session) == {"error": '"message" is empty.'}
        assert "object" in (await client.socket.call("user_uttered", "hello"))["error"]
        assert await client.say("greet", session) is None


@pytest.mark.parametrize("packet", ["42[]", "42{", "451-[]", "44", "9", "", "42" + "[" * 3000])
async def test_what_is_no_packet_harms_nobody_and_is_no_error_of_ours(
    server: TestServer, packet: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client_of(server) as other, ClientSession() as http:
        async with http.ws_connect(server.make_url("/socket.io/?EIO=4&transport=websocket")) as socket:
            await socket.receive()
            for sent in ("40", packet, '42["user_uttered",{"message":"greet"}]'):
                await socket.send_str(sent)
        assert await other.enter()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_a_message_is_kept_once_the_database_is_back(
    server: TestServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def away_at_first(*arguments: Any) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError("away")
        return await receive(*arguments)

    monkeypatch.setattr(sockets, "receive", away_at_first)
    monkeypatch.setattr(sockets, "PAUSE_AFTER_ERROR", 0.01)
    async with client_of(server) as client:
        assert await client.say("greet", await client.enter()) is None
        assert len(await visitors(stage)) == 1


async def test_a_message_that_cannot_be_kept_is_not_said_to_be(
    server: TestServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> int:
        raise ConnectionError("away")

    monkeypatch.setattr(sockets, "receive", away)
    monkeypatch.setattr(sockets, "PAUSE_AFTER_ERROR", 0.001)
    async with client_of(server) as client:
        assert await client.say("greet", await client.enter()) == {"error": sockets.NOT_KEPT}
    assert await visitors(stage) == []


async def test_a_page_of_another_website_does_not_connect(server: TestServer) -> None:
    for transport in ("polling", "websocket"):
        with pytest.raises(NotConnected):
            async with client_of(server, transport, origin="https://evil.example"):
                pass


async def test_whoever_is_not_let_in_is_told_why(
    service_of: Callable[..., Service], stage: Stage, channel: connectors.socketio.SocketioChannel
) -> None:
    secret = {"SOCKETIO_JWT_SECRET": "the secret that a website and Overture share"}
    locked = connectors.socketio.build(settings_for(connectors.socketio, values=secret))
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "socketio": locked})
    refused: asyncio.Queue[Any] = asyncio.Queue()
    async with TestServer(Server(service_of()).application()) as server, ClientSession() as http:
        client = Client(http)
        client.socket.on("connect_error", refused.put)
        await client.socket.connect(str(server.make_url("/")), wait=False)
        assert "auth" in (await asyncio.wait_for(refused.get(), WITHIN))["message"]


async def no_figures() -> bytes:
    return b""


async def test_beside_other_processes_only_websockets_are_taken(
    service_of: Callable[..., Service], channel: connectors.socketio.SocketioChannel, tmp_path: Path
) -> None:
    siblings = Siblings(tmp_path, 0, no_figures)
    async with TestServer(Server(service_of(), siblings).application()) as server, ClientSession() as http:
        polling = await http.get(server.make_url("/socket.io/?EIO=4&transport=polling"))
        assert (polling.status, await polling.text()) == (400, '"Invalid transport"')
        async with client_of(server, "websocket") as client:
            assert await client.enter()


async def test_the_end_waits_for_nobody(
    service_of: Callable[..., Service], channel: connectors.socketio.SocketioChannel
) -> None:
    async with TestServer(Server(service_of()).application()) as server, ClientSession() as http:
        await http.get(server.make_url("/socket.io/?EIO=4&transport=polling"))  # and never polls again
        async with client_of(server) as client:
            await client.enter()
            await asyncio.wait_for(server.close(), WITHIN)
            assert await asyncio.wait_for(client.left.get(), WITHIN)
