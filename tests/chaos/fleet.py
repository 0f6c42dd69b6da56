"""A fleet that a test may kill: servers, workers, a PostgreSQL, a Redis, and a Twilio in trouble now and then."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.ports import Reply
from connectors import twilio_messaging
from tests.connectors.vendor_server import SECRET, SERVICE_URL, MemoryFeed, VendorServer, serve, settings_for
from tests.ports import free_port
from tests.running import RunningServer
from tests.servers import PrivatePostgresql, private_postgresql, private_redis

TROUBLE = 0.05
"""The share of calls at which something goes wrong at the vendor."""

FAULTS = {
    "500": Reply(500, b'{"code": 20500, "message": "Internal Server Error", "status": 500}', "application/json"),
    "503": Reply(503, b"upstream connect error", "text/plain"),
    "429": Reply(429, b'{"code": 20429, "message": "Too Many Requests", "status": 429}', "application/json"),
    "taken, and no answer": "take it and hang up",
    "no answer": "hang up",
}


LONG_AWAY = 20.0
"""Long enough that leases are kept in the database meanwhile."""

READY_WITHIN = 240.0
"""A process that starts has to share two cores with all that goes on meanwhile."""


class TakenTexts(MemoryFeed):
    """What Twilio took: by number, the keys in order, and which of the customer's messages have an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: defaultdict[str, list[str]] = defaultdict(list)
        self.answered: set[str] = set()

    async def append(self, feed: str, key: str, item: Mapping[str, Any]) -> None:
        is_new = key not in self.entries.get(feed, {})
        await super().append(feed, key, item)
        if is_new and feed == "sandbox:sms":
            self.taken[item["to"]].append(item["oid"])
            self.answered.add(message_of(item["oid"]))


def message_of(key: str) -> str:
    """Which message of the customer's an answer with this key belongs to: sms:SM123:0."""
    return key.split(":")[1]


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
    feed: TakenTexts
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

    async def stall_a_worker(self, chance: Random, seconds: float) -> None:
        """It stands still, as a process does that swaps, or whose loop is held up; longer than its leases, maybe."""
        stalled = chance.choice(self.workers).process
        assert stalled is not None
        stalled.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        stalled.send_signal(signal.SIGCONT)
        self.crashes["workers stalled"] += 1

    async def crash_postgresql(self) -> None:
        await asyncio.to_thread(self.postgresql.crash)
        await asyncio.sleep(1)
        await asyncio.to_thread(self.postgresql.start)
        self.crashes["PostgreSQL crashed"] += 1

    async def crash_redis(self, away_for: float = 1.0) -> None:
        """It forgets all that it had: it keeps nothing on a disk."""
        self.redis.kill()
        self.redis.wait()
        await asyncio.sleep(away_for)
        _, self.redis = self.stack.enter_context(private_redis(self.redis_port))
        self.crashes["Redis crashed, and emptied" if away_for < LONG_AWAY else "Redis away for long"] += 1

    def logs(self) -> str:
        return "\n".join(process.log() for process in (*self.servers, *self.workers))

    @staticmethod
    def _again(process: RunningServer) -> None:
        process.kill()
        process.start()


@asynccontextmanager
async def fleet(
    folder: Path, chance: Random, *, servers: int = 2, workers: int = 3, call_seconds: float = 20.0
) -> AsyncIterator[Fleet]:
    """All of it started. Its processes share a folder for the secret and the model, as a fleet shares a volume.

    `call_seconds` is the longest that they let a call to the vendor take.
    """
    async with AsyncExitStack() as stack:
        postgresql = stack.enter_context(private_postgresql())
        redis_port = free_port()
        redis_url, redis = stack.enter_context(private_redis(redis_port))
        feed, clock = TakenTexts(), SystemClock()
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
            "OVERTURE_TEST_CALL_SECONDS": f"{call_seconds}",
            "NO_PROXY": "127.0.0.1",
            "TWILIO_SEGMENTS_PER_SECOND": "1000",
            **twilio_messaging.sandbox_values(SECRET),
        }

        def process(name: str, *command: str) -> RunningServer:
            module = "tests.chaos.process"
            return RunningServer(folder, env, command=command, name=name, module=module, ready_within=READY_WITHIN)

        serving = [process(f"server-{number}", "serve", "--lanes", "none") for number in range(servers)]
        working = [process(f"worker-{number}", "work") for number in range(workers)]
        one = Fleet(serving, working, postgresql, twilio, feed, redis_port, redis, stack)
        try:
            await asyncio.gather(*(asyncio.to_thread(each.start) for each in (*serving, *working)))
            yield one
        finally:
            for each in (*serving, *working):
                if each.process is not None and each.process.poll() is None:
                    each.kill()
