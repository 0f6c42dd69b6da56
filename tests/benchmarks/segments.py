"""Working out segments of many people on PostgreSQL, as the worker does it: chunk by chunk, each in its transaction.

The first time everybody who belongs is written down and queued to be told to journeys; after that only who has
changed. Beside it stands the bare count in one statement. CPU time is this process's, and the server's beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import text

from bot.adapters.database import Database
from bot.domain.audience import Segment
from bot.services.work_out_segments import CHUNK
from tests.servers import postgresql_url

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

SEGMENTS = (
    ("one attribute, 79% belong", Segment("large", "profile.team_size > 20")),
    ("attribute and tag, 16%", Segment("trial", "profile.team_size > 20 and 'trial' in profile.tags")),
    (
        "days and one of several, 5%",
        Segment("new", "days_since(profile.created_on) <= 30 and profile.country in ['GB']"),
    ),
    ("lead score, 20%", Segment("keen", "lead.engagement >= 10")),
)

PEOPLE = """
INSERT INTO profile (id, shard, created_at, attributes, tags)
SELECT '0190' || lpad(to_hex(i), 8, '0') || '-7000-8000-000000000000', i % 1024,
    (extract(epoch FROM timestamptz '2026-11-24 12:00+00') - (i % 200) * 86400)::bigint * 1000000,
    jsonb_build_object('name', 'Person ' || i, 'email', 'person' || i || '@example.com', 'phone', '+447700' || i,
        'country', (ARRAY['GB', 'US', 'DE'])[1 + i % 3], 'team_size', i % 100, 'timeline', 'now',
        'qualified', i % 2 = 0, 'meeting_time', 'Tuesday 3 November at 10:00', 'stage', 'lead'),
    CASE WHEN i % 5 = 0 THEN '["trial", "vip"]' ELSE '["nurture"]' END::jsonb
FROM generate_series(1, {people}) AS i
"""
SCORES = """
INSERT INTO score_change (profile_id, key, dimension, points, reason, rule, at)
SELECT id, 'k' || id, 'engagement', 10, 'asked', 'asked', 0 FROM profile WHERE shard % 5 = 0
"""


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    cpu: float
    server: float
    changes: int


async def _work_out(store: Database, segment: Segment, now: datetime) -> Took:
    begun, cpu, server = time.perf_counter(), time.process_time(), await server_cpu(store)
    after: str | None = ""
    changes = 0
    while after is not None:
        async with store.transaction() as uow:
            after, changed = await uow.segments.work_out(segment, after, now, limit=CHUNK)
        changes += changed
    took, used = time.perf_counter() - begun, time.process_time() - cpu
    return Took(took, used, await server_cpu(store) - server, changes)


async def server_cpu(store: Database) -> float:
    """Seconds of CPU that the server's processes for our connections have used; 0 where they are on another machine."""
    async with store.transaction() as uow:
        backends = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        found = [Path(f"/proc/{row.pid}/stat") for row in await uow.profiles._session.execute(backends)]
    ticks = [path.read_text().rpartition(")")[2].split()[11:13] for path in found if path.exists()]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


async def _count(store: Database, segment: Segment) -> float:
    begun = time.perf_counter()
    async with store.transaction() as uow:
        await uow.segments.count(segment.condition, NOW)
    return time.perf_counter() - begun


async def _measure(url: str, people: int) -> list[str]:
    store = Database(url)
    await store.migrate()
    try:
        async with store.transaction() as uow:
            for statement in (PEOPLE.format(people=people), SCORES):
                await uow.profiles._session.execute(text(statement))
        async with store.transaction() as uow:
            await uow.profiles._session.execute(text("ANALYZE profile, score_change"))
        rows = []
        for name, segment in SEGMENTS:
            first = await _work_out(store, segment, NOW)
            again = await _work_out(store, segment, NOW + timedelta(minutes=1))
            bare = await _count(store, segment)
            rows.append(
                f"| {name} | {first.changes:,} | {first.seconds:.1f} | {first.cpu:.2f} | {first.server:.1f} | "
                f"{again.seconds:.1f} | {again.cpu:.2f} | {again.server:.1f} | {bare:.1f} |"
            )
        return rows
    finally:
        await store.close()


def table(people: int) -> Iterator[str]:
    """The lines of the table, for that many people."""
    with postgresql_url() as url:
        rows = uvloop.run(_measure(url, people))
    yield (
        f"| {people:,} people on PostgreSQL | members | first time, s | CPU s | server's | "
        "again, s | CPU s | server's | bare count, s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from rows
