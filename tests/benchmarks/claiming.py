"""A claim of due enrolments on PostgreSQL with many asleep: as the worker does it, rolled back each time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import uvloop
from sqlalchemy import make_url, text

from bot.adapters.database import Database
from bot.adapters.tables import microseconds
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from tests.benchmarks.journeys import JOURNEY, NOON
from tests.servers import postgresql_url

DUE = 500
CLAIMS = 60
ROWS_OF_ONE_STATEMENT = 250_000
DAY = timedelta(days=1)

ASLEEP = text("""
INSERT INTO enrolment (id, shard, profile_id, journey, version, entered_at, step, visit, due_at, waiting_for,
    arrived_at, reminded, status, reason, seq, data, lane)
SELECT 'e' || lpad(to_hex(i), 35, '0'), i % 1024, 'somebody', CAST(:of_journey AS text), CAST(:of_version AS text), 0,
    'second', 1, CAST(:due AS bigint) + i * CAST(:apart AS bigint), '["link.clicked","message.received"]',
    CAST(:due AS bigint), 0, 'waiting', '', 3, CAST(:data AS text), 'lane ' || i
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
""")
DATA = '{"event":{"size":5},"answer":{},"happened":{},"visits":{"first":1,"steps.1":1,"second":1}}'


class _UndoneError(Exception):
    """The claim is to be made again."""


async def _sleep(store: Database, numbers: range, due: datetime, apart: timedelta) -> None:
    """So many runs of one person, each in a lane of its own, due one after the other."""
    for first in range(numbers.start, numbers.stop, ROWS_OF_ONE_STATEMENT):
        last = min(first + ROWS_OF_ONE_STATEMENT, numbers.stop) - 1
        values = {"of_journey": JOURNEY.id, "of_version": JOURNEY.version, "data": DATA, "first": first, "last": last}
        values |= {"due": microseconds(due), "apart": apart // timedelta(microseconds=1)}
        async with store.transaction() as uow:
            await uow.profiles._session.execute(ASLEEP, values)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a claim takes until its rows are domain objects, in milliseconds; `cpu` is this process's."""

    median: float
    least: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.median:.2f} | {self.least:.2f} | {self.cpu:.2f}"


async def _come_to_rest(url: str) -> None:
    """What the server would do of itself after so many rows, and may be at while claims are measured."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        for command in ("VACUUM (ANALYZE) enrolment", "CHECKPOINT"):
            await connection.execute(command)
    finally:
        await connection.close()


async def _claims(store: Database, now: datetime, expected: int) -> Claims:
    took, used = [], []
    for _ in range(CLAIMS):
        try:
            async with store.transaction() as uow:
                begun, cpu = time.perf_counter(), time.process_time()
                due = await uow.enrolments.claim_due(now, DUE)
                took.append(1000 * (time.perf_counter() - begun))
                used.append(1000 * (time.process_time() - cpu))
                assert len(due) == expected
                raise _UndoneError
        except _UndoneError:
            pass
    return Claims(statistics.median(took), min(took), statistics.median(used))


async def _measure(url: str, asleep: int) -> tuple[Claims, Claims]:
    store = Database(url)
    await store.migrate()
    try:
        async with store.transaction() as uow:
            await uow.profiles.add(Profile(ProfileId("somebody"), NOON, {}))
            await uow.enrolments.publish(JOURNEY)
        await _sleep(store, range(DUE, DUE + asleep), NOON + DAY, timedelta(milliseconds=1))
        await _sleep(store, range(DUE), NOON - timedelta(hours=1), timedelta())
        await _come_to_rest(url)
        return await _claims(store, NOON - DAY, 0), await _claims(store, NOON, DUE)
    finally:
        await store.close()


def table(most: int) -> Iterator[str]:
    """The lines of the table: with a tenth of that many asleep, and with all; and by how much a claim grew."""
    yield f"| asleep on PostgreSQL | claim of none, ms p50 | least | CPU ms | claim of {DUE}, ms p50 | least | CPU ms |"
    yield "|---|---|---|---|---|---|---|"
    few, many = [_measured(asleep) for asleep in (most // 10, most)]
    for asleep, (nobody, due) in zip((most // 10, most), (few, many), strict=True):
        yield f"| {asleep:,} | {nobody} | {due} |"
    grew = 100 * (due.least / few[1].least - 1)
    yield f"With ten times as many asleep the least claim of {DUE} took {grew:+.0f} %."


def _measured(asleep: int) -> tuple[Claims, Claims]:
    with postgresql_url() as url:
        return uvloop.run(_measure(url, asleep))
