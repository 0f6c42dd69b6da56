"""A real Overture, started as its own process on a free port, and clients that talk with it over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from aiohttp import ClientSession, ClientTimeout

from tests.forked import Forked
from tests.lending import ROOT, lend_model, lend_store
from tests.ports import free_port

READY_WITHIN = 60.0
ANSWER_WITHIN = 20.0


class RunningServer:
    """`overture serve` in a folder of its own data; `env` adds to the environment that it starts with.

    `command` makes it another process of a fleet, such as a worker; its log is then named `name`. `module` is what
    Python runs, where it is not Overture itself.
    """

    def __init__(
        self,
        data: Path,
        env: Mapping[str, str] | None = None,
        *,
        command: Sequence[str] = ("serve",),
        name: str = "server",
        module: str = "bot",
        ready_within: float = READY_WITHIN,
    ) -> None:
        self._ready_within = ready_within
        self.port = free_port()
        self._module = module
        self._arguments = [*command, "--port", str(self.port)]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log_file = data / f"{name}.log"
        lend_model(data)
        if not (env or {}).get("OVERTURE_DATABASE"):
            lend_store(data)
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OVERTURE_")},
            "OVERTURE_DATA": str(data),
            "OVERTURE_PORT": str(self.port),
            **(env or {}),
        }
        self.process: Forked | None = None

    def start(self) -> Self:
        self.process = Forked(self._module, self._arguments, ROOT, self._env, self.log_file)
        deadline = time.monotonic() + self._ready_within
        while time.monotonic() < deadline:
            if (status := self.process.poll()) is not None:
                raise AssertionError(f"the server ended with {status}:\n{self.log()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.2):
                return self
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the server did not listen within {self._ready_within:g} s:\n{self.log()}")

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=30)

    def log(self) -> str:
        return self.log_file.read_text() if self.log_file.exists() else ""

    def cpu_seconds(self) -> float:
        """User and system time of the process so far (Linux)."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def running(
    data: Path, env: Mapping[str, str] | None = None, *, command: Sequence[str] = ("serve",)
) -> Iterator[RunningServer]:
    server = RunningServer(data, env, command=command).start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


class Feed:
    """Reads a stream of server-sent events in the background and keeps its items."""

    def __init__(self, http: ClientSession, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._http = http
        self._url = url
        self._headers = headers or {}
        self.items: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()
        self._is_over = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError, Exception):
            await self._task

    async def _read(self) -> None:
        try:
            async with self._http.get(self._url, headers=self._headers, timeout=ClientTimeout(total=None)) as response:
                response.raise_for_status()
                async for line in response.content:
                    if line.startswith(b"data: "):
                        async with self._changed:
                            self.items.append(json.loads(line[6:]))
                            self._changed.notify_all()
        finally:
            async with self._changed:
                self._is_over = True
                self._changed.notify_all()

    async def until(
        self, wanted: Callable[[dict[str, Any]], bool], *, after: int = 0, within: float = ANSWER_WITHIN
    ) -> dict[str, Any]:
        """The first item for which `wanted` holds, from index `after` on; waits for it."""

        def found() -> dict[str, Any] | None:
            return next((item for item in self.items[after:] if wanted(item)), None)

        async with self._changed:
            try:
                async with asyncio.timeout(within):
                    await self._changed.wait_for(lambda: found() is not None or self._is_over)
            except TimeoutError:
                raise AssertionError(f"nothing of the kind came; the last items: {self.items[-6:]}") from None
        item = found()
        assert item is not None, f"the stream ended before it came; the last items: {self.items[-6:]}"
        return item


class Visitor:
    """Somebody in the website's chat."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self._http = http
        self._channel = f"{address}/channels/webchat"
        self.token = ""
        self.visitor = ""

    async def open(self) -> Self:
        body = {"time_zone": "Europe/London", "locale": "en-GB"}
        async with self._http.post(f"{self._channel}/session", json=body) as response:
            response.raise_for_status()
            session = await response.json()
        self.token, self.visitor = session["token"], session["visitor"]
        return self

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def feed(self, after: int = 0) -> Feed:
        return Feed(self._http, f"{self._channel}/events?after={after}", self.headers)

    async def say(self, text: str, *, payload: str | None = None, message_id: str | None = None) -> str:
        """Post a message; its client id."""
        body = {"id": message_id or str(uuid4()), "text": text, **({"payload": payload} if payload else {})}
        async with self._http.post(f"{self._channel}/messages", json=body, headers=self.headers) as response:
            assert response.status == 202, await response.text()
        return body["id"]


@contextlib.asynccontextmanager
async def chatting(visitor: Visitor) -> AsyncIterator[Chat]:
    async with visitor.feed() as feed:
        yield Chat(visitor, feed)


class Chat:
    """A visitor and what they see."""

    def __init__(self, visitor: Visitor, feed: Feed) -> None:
        self.visitor = visitor
        self.feed = feed
        self._seen = 0

    async def say(self, text: str, *, expect: str, payload: str | None = None) -> str:
        """Say something and wait for a line of the bot's with `expect` in it; that line."""
        before = len(self.feed.items)
        await self.visitor.say(text, payload=payload)
        return await self.hear(expect, after=before)

    async def hear(self, expect: str, *, after: int = 0, by: str = "bot") -> str:
        item = await self.feed.until(
            lambda item: item["from"] == by and expect.lower() in item["text"].lower(), after=after
        )
        text: str = item["text"]
        return text
