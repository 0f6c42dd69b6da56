"""A campaign by text message: a worker takes it from the outbox on PostgreSQL to a Twilio on this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.adapters.redis import RedisWakeups
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.message import Text
from bot.domain.person import Identity, Profile
from bot.services.runtime import OUTBOX
from bot.services.start_conversation import start_conversation
from connectors import twilio_messaging
from tests.benchmarks.segments import server_cpu
from tests.connectors.vendor_server import SECRET, SERVICE_URL, MemoryFeed, VendorServer, serve, settings_for
from tests.load.processes import cpu_seconds
from tests.running import RunningServer

PLACES = (
    ("Europe/London", "+447700"),
    ("Asia/Tokyo", "+819012"),
    ("America/New_York", "+121255"),
    ("America/Los_Angeles", "+121355"),
)
WITHIN = 600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """`cpu_seconds` are the worker's, `server_seconds` PostgreSQL's."""

    messages: int
    seconds: float
    cpu_seconds: float
    server_seconds: float
    taken: int

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


class _Twilio(VendorServer):
    """Counts what it takes, and each message once. Each call takes it `thinks` seconds."""

    taken = 0
    thinks = 0.0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.clear()
        await asyncio.sleep(self.thinks)
        self.taken += request.method == "POST"
        return await super().answer(request)


async def campaign(folder: Path, database: str, redis: str, *, messages: int, thinks: float = 0.0) -> Sent:
    """Let a worker send so many, and wait until all have left."""
    async with _twilio() as twilio:
        twilio.thinks = thinks
        env = {
            "OVERTURE_DATABASE": database,
            "OVERTURE_REDIS": redis,
            "OVERTURE_CONNECTORS": "webchat,twilio_messaging",
            "OVERTURE_DESK": "",
            "OVERTURE_PUBLIC_URL": SERVICE_URL,
            "OVERTURE_TEST_TWILIO": twilio.url,
            "NO_PROXY": "127.0.0.1",
            "TWILIO_SEGMENTS_PER_SECOND": "1000",
            **twilio_messaging.sandbox_values(SECRET),
        }
        worker = RunningServer(
            folder, env, command=("work", "--lanes", "sends"), name="sends", module="tests.chaos.process"
        )
        await asyncio.to_thread(worker.start)
        store, wakeups = Database(database), RedisWakeups(redis)
        try:
            assert worker.process is not None
            pids = [worker.process.pid]
            await _fill(store, messages)
            await wakeups.notify(OUTBOX)  # as whatever queues messages does
            begun, before, server = time.perf_counter(), cpu_seconds(pids), await server_cpu(store)
            while await _sent(store) < messages:
                assert time.perf_counter() - begun < WITHIN, f"some did not leave:\n{worker.log()[-2000:]}"
                await asyncio.sleep(0.1)
            took, server = time.perf_counter() - begun, await server_cpu(store) - server
            return Sent(messages, took, cpu_seconds(pids) - before, server, twilio.taken)
        finally:
            await wakeups.close()
            await store.close()
            worker.stop()


@asynccontextmanager
async def _twilio() -> AsyncIterator[_Twilio]:
    clock = SystemClock()
    settings = settings_for(twilio_messaging, feed=MemoryFeed(), clock=clock)
    twilio = _Twilio(twilio_messaging.build_sandbox(settings), clock)
    async with serve(twilio):
        yield twilio


def where_it_is_day(now: datetime) -> tuple[str, str]:
    """A time zone in which marketing may be sent now, and how its phone numbers begin."""
    return next(place for place in PLACES if 9 <= now.astimezone(ZoneInfo(place[0])).hour < 18)


async def _fill(store: Database, messages: int) -> None:
    """One for each of so many people, who have agreed to it, and where it is day; all in one transaction, and so at
    once."""
    now = datetime.now(UTC)
    zone, prefix = where_it_is_day(now)
    async with store.transaction() as uow:
        for number in range(messages):
            person, phone = ProfileId(new_id(now)), f"{prefix}{number:06}"
            await uow.profiles.add(Profile(person, now, {}, time_zone=zone))
            await uow.profiles.claim(person, Identity("phone", phone, verified=True), now)
            await start_conversation(uow, person, "sms", phone, now)
            agreed = ConsentRecord(person, Purpose.MARKETING, "sms", True, now, "a form", "May we text you?")
            await uow.consents.add(agreed)
            message = ChannelMessage("sms", phone, Text("Hello. A tip for you: write early. Reply STOP to end this."))
            key = f"tip:{number}"
            entry = OutboxEntry(OutboxId(key), key, message, Purpose.MARKETING, person, now, now, priority=50)
            await uow.outbox.add_at_end(entry)


async def _sent(store: Database) -> int:
    async with store.transaction() as uow:
        return await uow.outbox.count(OutboxStatus.SENT)
