"""Open event streams: what they weigh at rest, and how long a message takes to reach the one that it is for."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from aiohttp import ClientSession, TCPConnector

from tests.running import RunningServer, running

AT_ONCE = 100
MESSAGES = 200


class Stream:
    """A visitor's stream over a bare socket, which weighs less than an HTTP client's."""

    def __init__(self, address: str, token: str, ticket: str) -> None:
        self._address = urlsplit(address)
        self._ticket = ticket
        self.token = token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        assert self._address.hostname is not None
        self._reader, self._writer = await asyncio.open_connection(
            self._address.hostname, self._address.port, limit=4096
        )
        path = f"/channels/webchat/events?ticket={self._ticket}"
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._address.netloc}\r\n\r\n".encode())
        await self.until(b"retry:")

    async def until(self, wanted: bytes) -> None:
        """Read until a line holds this."""
        assert self._reader is not None
        async with asyncio.timeout(30):
            while wanted not in (line := await self._reader.readline()):
                if not line:
                    raise ConnectionError("the stream ended")

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def _session(http: ClientSession, address: str) -> Stream:
    async with http.post(f"{address}/channels/webchat/session", json={"opened": False}) as response:
        told = await response.json()
    stream = Stream(address, told["token"], told["ticket"])
    await stream.open()
    return stream


async def _say(http: ClientSession, address: str, stream: Stream) -> float:
    """Seconds from the POST to the message's line in its visitor's stream."""
    key = str(uuid4())
    body = {"id": key, "text": "Help", "payload": "/help"}
    begun = time.perf_counter()
    headers = {"Authorization": f"Bearer {stream.token}"}
    async with http.post(f"{address}/channels/webchat/messages", json=body, headers=headers) as response:
        response.raise_for_status()
    await stream.until(key.encode())
    return time.perf_counter() - begun


async def measure(server: RunningServer, number: int) -> str:
    """One row: `number` streams at rest, then messages to some of them, one after the other."""
    before = server.resident_megabytes()
    streams: list[Stream] = []
    try:
        async with ClientSession(connector=TCPConnector(limit=AT_ONCE)) as http:
            while len(streams) < number:
                some = min(AT_ONCE, number - len(streams))
                streams += await asyncio.gather(*(_session(http, server.address) for _ in range(some)))
            await asyncio.sleep(5)
            resident, cpu = server.resident_megabytes(), server.cpu_seconds()
            await asyncio.sleep(15)
            resting = (server.cpu_seconds() - cpu) / 15
            spoken = streams[:: max(number // MESSAGES, 1)][:MESSAGES]
            took = sorted([await _say(http, server.address, stream) for stream in spoken])
    finally:
        for stream in streams:
            stream.close()
    p50, p95 = statistics.median(took) * 1000, took[int(len(took) * 0.95) - 1] * 1000
    return f"| {number:,} | {before:.0f} | {resident:.0f} | {resting:.0%} | {p50:.0f} | {p95:.0f} |"


def table(number: int) -> Iterator[str]:
    yield (
        "| open event streams | MB before | MB with them at rest | CPU at rest | p50 ms to a stream | p95 ms |\n"
        "|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        yield asyncio.run(measure(server, number))
