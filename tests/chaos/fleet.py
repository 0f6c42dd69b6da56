"""A fleet that a test may kill: servers, workers, a PostgreSQL, a Redis, and a Twilio in trouble now and then."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.ports import Reply
from connectors import twilio_messaging
from tests.connectors.vendor_server import SECRET, SERVICE_URL, MemoryFeed, VendorServer, serve, settings_for
from tests.running import RunningServer
from tests.servers import PrivatePostgresql, free_port, private_postgresql, private_redis

TROUBLE = 0.05
"""The share of calls at which something goes wrong at the vendor."""

FAULTS = {
    "500": Reply(500, b'{"code": 20500, "message": "Internal Server Error", "status": 500}', "application/json"),
    "503": Reply(503, b"upstream connect error", "text/plain"),
    "429": Reply(429, b'{"code": 20429, "message": "Too Many Requests", "status": 429}', "application/json"),
    "taken, and no answer": "take it and hang up",
    "no answer": "hang up",
}


class TroubledTwilio(VendorServer):
    """Twilio, with faults that nobody expects until `is_calm`."""

    chance: Random
    met: Counter[str]
    is_calm = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.clear()
        if not self.is_calm and request.method == "POST" and self.chance.random() < TROUBLE:
            kind = self.chance.choice(list(FAULTS))
            self.faults.append(FAULTS[kind])  # type: ignore[arg-type]
            self.met[kind] += 1
        try:
            return await super().answer(request)
        except ConnectionResetError:  # whoever asked was killed in the middle of it
            return web.Response()


@dataclass
class Fleet:
    servers: list[RunningServer]
    workers: list[RunningServer]
    postgresql: PrivatePostgresql
    twilio: TroubledTwilio
    feed: MemoryFeed
    redis_port: int
    redis: subprocess.Popen[bytes]
    stack: AsyncExitStack
    crashes: Counter[str] = field(default_factory=Counter)

    async def kill_a_worker(self, chance: Random) -> None:
        await asyncio.to_thread(self._again, chance.choice(self.workers))
        self.crashes["workers killed"] += 1

    async def kill_a_server(self, chance: Random) -> None:
        await asyncio.to_thread(self._again, chance.choice(self.servers))
        self.crashes["servers killed"] += 1

    async def crash_postgresql(self) -> None:
        await asyncio.to_thread(self.postgresql.crash)
        await asyncio.sleep(1)
        await asyncio.to_thread(self.postgresql.start)
        self.crashes["PostgreSQL crashed"] += 1

    async def crash_redis(self) -> None:
        """It forgets all that it had: it keeps nothing on a disk."""
        self.redis.kill()
        self.redis.wait()
        await asyncio.sleep(1)
        _, self.redis = self.stack.enter_context(private_redis(self.redis_port))
        self.crashes["Redis crashed, and emptied"] += 1

    def logs(self) -> str:
        return "\n".join(process.log() for process in (*self.servers, *self.workers))

    @staticmethod
    def _again(process: RunningServer) -> None:
        process.kill()
        process.start()


@asynccontextmanager
async def fleet(folder: Path, chance: Random, *, servers: int = 2, workers: int = 3) -> AsyncIterator[Fleet]:
    """All of it started. Its processes share a folder for the secret and the model, as a fleet shares a volume."""
    async with AsyncExitStack() as stack:
        postgresql = stack.enter_context(private_postgresql())
        redis_port = free_port()
        redis_url, redis = stack.enter_context(private_redis(redis_port))
        feed, clock = MemoryFeed(), SystemClock()
        twilio = TroubledTwilio(
            twilio_messaging.build_sandbox(settings_for(twilio_messaging, feed=feed, clock=clock)), clock
        )
        twilio.chance, twilio.met = chance, Counter()
        await stack.enter_async_context(serve(twilio))
        env = {
            "OVERTURE_DATABASE": postgresql.url,
            "OVERTURE_REDIS": redis_url,
            "OVERTURE_CONNECTORS": "webchat,rest,twilio_messaging",
            "OVERTURE_DESK": "",
            "OVERTURE_PUBLIC_URL": SERVICE_URL,
            "OVERTURE_TEST_TWILIO": twilio.url,
            "NO_PROXY": "127.0.0.1",
            "TWILIO_SEGMENTS_PER_SECOND": "1000",
            **twilio_messaging.sandbox_values(SECRET),
        }
        module = "tests.chaos.process"
        serving = [
            RunningServer(folder, env, command=("serve", "--lanes", "none"), name=f"server-{number}", module=module)
            for number in range(servers)
        ]
        working = [
            RunningServer(folder, env, command=("work",), name=f"worker-{number}", module=module)
            for number in range(workers)
        ]
        one = Fleet(serving, working, postgresql, twilio, feed, redis_port, redis, stack)
        try:
            for process in (*serving, *working):
                await asyncio.to_thread(process.start)
            yield one
        finally:
            for process in (*serving, *working):
                if process.process is not None and process.process.poll() is None:
                    process.kill()
