"""Ten thousand chats that are open and at rest: each weighs little, and a message goes to, and costs, its own alone."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession

from connectors.visitor_tokens import VisitorTokens
from tests.running import RunningServer, running

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and CPU are read from /proc"),
]

SECRET = "a secret of this test's installation"
STREAMS = 10_000
OTHER_FILES = 300
"""What a process has open beside its streams."""

AT_ONCE = 200
ANSWERED = 25
WITHIN = 120.0
"""Seconds, and only so that a test that fails ends: what is promised is told in memory and CPU."""

MOST_KILOBYTES_EACH = 64
MOST_CPU_MILLISECONDS = 250
"""Of a message, turn and all. Looking once at each stream would cost seconds."""


class OpenChat(asyncio.Protocol):
    """A visitor's event stream, as bare as it can be, and what came on it."""

    def __init__(self, visitor: UUID, tokens: VisitorTokens) -> None:
        self.visitor = visitor
        self._tokens = tokens
        self._transport: asyncio.WriteTransport | None = None
        self._unread = b""
        self._awaited = b"retry:"
        self.came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.items = b""

    async def open(self, address: str) -> None:
        where = urlsplit(address)
        await asyncio.get_running_loop().create_connection(lambda: self, where.hostname or "", where.port or 80)
        ticket = self._tokens.issue_ticket(self.visitor, "", datetime.now(UTC))
        request = f"GET /channels/webchat/events?ticket={ticket} HTTP/1.0\r\nHost: {where.netloc}\r\n\r\n"
        assert self._transport is not None
        self._transport.write(request.encode())
        await self.came

    async def say(self, http: ClientSession, address: str) -> None:
        """Press Help, and wait for the answer to that."""
        key = str(uuid4())
        self._awaited, self.came = f"{key}:0".encode(), asyncio.get_running_loop().create_future()
        headers = {"Authorization": f"Bearer {self._tokens.issue(self.visitor, '', datetime.now(UTC))}"}
        body = {"id": key, "text": "Help", "payload": "/help"}
        async with http.post(f"{address}/channels/webchat/messages", json=body, headers=headers) as response:
            response.raise_for_status()
        await self.came

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self.items += line if line.startswith(b"data: ") else b""
            if self._awaited in line and not self.came.done():
                self.came.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.came.done():
            self.came.set_exception(ConnectionError("the stream ended"))


@pytest.fixture
def number() -> Iterator[int]:
    """How many streams the limit on open files lets this process have; raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = STREAMS + OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    yield min(STREAMS, max(soft, allowed) - OTHER_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(tmp_path: Path, number: int) -> Iterator[RunningServer]:
    (tmp_path / "secret").write_text(SECRET, encoding="ascii")
    with running(tmp_path) as one:
        yield one


async def opened(server: RunningServer, number: int) -> Sequence[OpenChat]:
    tokens = VisitorTokens(SECRET)
    chats = [OpenChat(uuid4(), tokens) for _ in range(number)]
    for first in range(0, number, AT_ONCE):
        await asyncio.gather(*(chat.open(server.address) for chat in chats[first : first + AT_ONCE]))
    return chats


async def test_ten_thousand_streams_at_rest_weigh_little_and_a_message_costs_only_its_own(
    server: RunningServer, number: int
) -> None:
    async with asyncio.timeout(WITHIN), ClientSession() as http:
        first = (await opened(server, 1))[0]
        await first.say(http, server.address)
        before = server.resident_megabytes()
        chats = await opened(server, number - 1)
        try:
            each = (server.resident_megabytes() - before) * 1024 / len(chats)
            speaking = chats[:: len(chats) // ANSWERED][:ANSWERED]
            spent = server.cpu_seconds()
            for chat in speaking:
                await chat.say(http, server.address)
            milliseconds = (server.cpu_seconds() - spent) / len(speaking) * 1000
        finally:
            for chat in (first, *chats):
                chat.close()
    sys.stdout.write(f"\n{number:,} streams: {each:.0f} kB each; a message among them: {milliseconds:.0f} ms of CPU\n")
    assert each < MOST_KILOBYTES_EACH
    assert milliseconds < MOST_CPU_MILLISECONDS
    told = [chat for chat in chats if chat.items]
    assert told == list(speaking)
