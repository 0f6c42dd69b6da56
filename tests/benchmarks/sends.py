"""What journeys send, from the outbox to a vendor that answers at once: claimed, weighed, handed over, settled.

The vendor costs nothing here, so that what is left is ours: a connector's HTTP call comes on top. Beside our own CPU
stand what PostgreSQL's processes used, how often it committed, and how much it wrote to its log, for one message.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
import uvloop
from sqlalchemy import text

from bot.__main__ import collect_seldom
from bot.adapters.database import Database
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.delivery import ChannelMessage, Lane, OutboxEntry
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.message import Text
from bot.domain.person import Identity, Profile
from bot.entrypoints.serving.serve import settle_garbage_collector
from bot.services.deliver import deliver_due
from bot.services.start_conversation import start_conversation
from tests.benchmarks.journeys import NOON, TOGETHER
from tests.benchmarks.segments import server_cpu
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

SEEN = text("SELECT (SELECT sum(xact_commit)::bigint FROM pg_stat_database), (pg_current_wal_lsn() - '0/0')::bigint")


@dataclass(frozen=True, slots=True)
class Took:
    """For one message, but for `a_second`."""

    a_second: float
    cpu: float
    server: float
    commits: float
    log: float


async def _messages(stage: Stage, count: int) -> None:
    """One for each of so many people, who have agreed to it."""
    for begun in range(0, count, TOGETHER):
        async with stage.store.transaction() as uow:
            for number in range(begun, min(begun + TOGETHER, count)):
                person, phone = ProfileId(new_id(NOON)), f"+447700{number:06}"
                await uow.profiles.add(Profile(person, NOON, {"name": f"Person {number}"}, time_zone="Europe/London"))
                await uow.profiles.claim(person, Identity("phone", phone, verified=True), NOON)
                await start_conversation(uow, person, "sms", phone, NOON)
                agreed = ConsentRecord(person, Purpose.MARKETING, "sms", True, NOON, "a form", "May we text you?")
                await uow.consents.add(agreed)
                message = ChannelMessage(
                    "sms", phone, Text("Hello. A tip for you: write early. Reply STOP to end this.")
                )
                key = f"tip:{number}"
                entry = OutboxEntry(OutboxId(key), key, message, Purpose.MARKETING, person, NOON, NOON, priority=50)
                await uow.outbox.add(entry)


async def _measure(url: str, messages: int) -> Took:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock(NOON))
    try:
        await _messages(stage, messages)
        (commits, log), server = await _seen(store), await server_cpu(store)
        begun, cpu, left = time.perf_counter(), time.process_time(), 0
        while await deliver_due(stage.runtime, Lane.SENDS):
            left += len(stage.sms.taken)
            stage.sms.taken.clear()  # it looks through them at each message
        took, used = time.perf_counter() - begun, time.process_time() - cpu
        assert left == messages, "each should have left once"
        (commits_then, log_then), server = await _seen(store), await server_cpu(store) - server
        each = [one / messages for one in (used, server, commits_then - commits, log_then - log)]
        return Took(messages / took, *each)
    finally:
        await store.close()


async def _seen(store: Database) -> tuple[int, int]:
    """How often PostgreSQL has committed so far, and how many bytes it has written to its log."""
    async with store.transaction() as uow:
        await uow.profiles._session.execute(text("SELECT pg_stat_force_next_flush()"))
        commits, log = (await uow.profiles._session.execute(SEEN)).first()
    return int(commits), int(log)


def table(messages: int) -> Iterator[str]:
    """The lines of the table, for that many messages."""
    collect_seldom()
    settle_garbage_collector()  # as `overture work` does
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with postgresql_url() as url:
        took = uvloop.run(_measure(url, messages))
    load = os.getloadavg()[0]
    yield f"| {messages:,} messages, load {load:.0f} | a second | CPU us each | server's | commits | log |"
    yield "|---|---|---|---|---|---|"
    yield (
        f"| PostgreSQL, one process | {took.a_second:,.0f} | {took.cpu * 1e6:,.0f} | {took.server * 1e6:,.0f} | "
        f"{took.commits:.1f} | {took.log:,.0f} B |"
    )
