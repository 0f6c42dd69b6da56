"""A client that costs little itself: HTTP/1.1 by hand over kept connections, and event streams read as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit
from uuid import uuid4

ANSWER_WITHIN = 60.0
HEAD_END = b"\r\n\r\n"


class _Requests(asyncio.Protocol):
    """One kept connection on which requests are made, one after the other."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(HEAD_END)
        if not found:
            return
        status = int(head[9:12])
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        assert self._waiting is not None
        self._waiting.set_result((status, rest[:length]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server hung up"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()


class _Events(asyncio.Protocol):
    """An event stream by HTTP/1.0, which ends with its connection and so has no chunks."""

    def __init__(self, heard: Callable[[dict[str, object]], None]) -> None:
        self._heard = heard
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        *events, self._buffer = (self._buffer + data).split(b"\n\n")
        for event in events:
            _, found, item = event.partition(b"\ndata: ")
            if found:
                self._heard(json.loads(item))


class Talker:
    """Somebody in the website's chat, who waits for the answer to each message before the next."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._token = ""
        self._requests = _Requests()
        self._events: asyncio.WriteTransport | None = None
        self._awaited: dict[str, asyncio.Future[float]] = {}
        self._welcomed = asyncio.Event()
        self._visitor = ""
        self.answers = 0
        self.repeated = 0
        self._positions: set[object] = set()

    async def open(self) -> None:
        """Open the chat and wait for its welcome."""
        loop = asyncio.get_running_loop()
        _, self._requests = await loop.create_connection(_Requests, self._host, self._port)
        status, body = await self._requests.ask(self._post("session", b"{}"))
        assert status == 200, body
        session = json.loads(body)
        self._token, self._visitor = session["token"], session["visitor"]
        self._events, _ = await loop.create_connection(lambda: _Events(self._hear), self._host, self._port)
        self._events.write(b"GET /channels/webchat/events?after=0 HTTP/1.0\r\n" + self._headers() + b"\r\n")
        async with asyncio.timeout(ANSWER_WITHIN):
            await self._welcomed.wait()

    async def say(self, text: str, payload: str | None = None) -> float:
        """Seconds from the message to the first line of its answer."""
        message = str(uuid4())
        body = {"id": message, "text": text, **({"payload": payload} if payload else {})}
        answered = self._awaited[message] = asyncio.get_running_loop().create_future()
        begun = perf_counter()
        status, told = await self._requests.ask(self._post("messages", json.dumps(body).encode()))
        assert status == 202, told
        async with asyncio.timeout(ANSWER_WITHIN):
            heard: float = await answered
        return heard - begun

    def close(self) -> None:
        self._requests.close()
        if self._events is not None:
            self._events.close()

    def _hear(self, item: dict[str, object]) -> None:
        self.repeated += item["position"] in self._positions
        self._positions.add(item["position"])
        if item["from"] != "bot":
            return
        self._welcomed.set()
        answers, _, _ = str(item["id"]).rpartition(":")
        awaited = self._awaited.pop(answers.rpartition(":")[2], None)
        if awaited is not None and not awaited.done():
            self.answers += 1
            awaited.set_result(perf_counter())

    def _post(self, page: str, body: bytes) -> bytes:
        head = f"POST /channels/webchat/{page} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode()
        return head + b"Content-Type: application/json\r\n" + self._headers() + b"\r\n" + body

    def _headers(self) -> bytes:
        bearer = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        return f"Host: {self._host}:{self._port}\r\n{bearer}".encode()
