"""What came of a step's messages, as the page of a journey asks for it: it looks at every run of the version."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop
from sqlalchemy import TextClause, text

from bot.adapters.database import Database
from bot.ports import UnitOfWork
from tests.benchmarks.claiming import DATA
from tests.benchmarks.journeys import JOURNEY
from tests.servers import postgresql_url

TIMES = 5
STEPS = ("steps.1", "second")
NUMBERS = {
    True: "SELECT i FROM generate_series(1, CAST(:runs AS bigint)) AS i",
    False: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :runs) SELECT i FROM n",
}
PEOPLE = """
INSERT INTO profile (id, shard, created_at, attributes, tags, provenance)
SELECT 'person ' || i, i % 1024, 0, '{}', '[]', '{}' FROM (@) AS numbers
"""
RUNS = """
INSERT INTO enrolment (id, shard, profile_id, journey, version, entered_at, step, visit, due_at, waiting_for,
    arrived_at, reminded, status, reason, seq, data, lane)
SELECT 'run ' || i, i % 1024, 'person ' || i, CAST(:of_journey AS text), CAST(:of_version AS text), 0, 'second', 1,
    i, '[]', 0, 0, 'waiting', '', 3, CAST(:data AS text), '' FROM (@) AS numbers
"""
DECISIONS = """
INSERT INTO decision (profile_id, at, entry_key, purpose, channel, outcome, why)
SELECT 'person ' || i, 0, 'run ' || i || CAST(:ends AS text), 'marketing', 'sms',
    CASE WHEN i % 7 = 0 THEN 'withhold' ELSE CAST(:outcome AS text) END, 'consent of ' || (1 + i % 28) || ' May 2026'
FROM (@) AS numbers WHERE i % CAST(:one_of AS integer) = 0
"""


async def _fill(uow: UnitOfWork, runs: int, *, postgresql: bool) -> None:
    """A run for each person, with a message of each of two steps; half of them were put off before they were sent."""

    def told(statement: str) -> TextClause:
        return text(statement.replace("@", NUMBERS[postgresql]))

    execute = uow.profiles._session.execute  # type: ignore[attr-defined]
    await uow.enrolments.publish(JOURNEY)
    await execute(told(PEOPLE), {"runs": runs})
    of = {"of_journey": JOURNEY.id, "of_version": JOURNEY.version, "data": DATA}
    await execute(told(RUNS), {"runs": runs, **of})
    for step in STEPS:
        for outcome, one_of in (("later", 2), ("send", 1)):
            values = {"ends": f":{step}:1", "outcome": outcome, "one_of": one_of}
            await execute(told(DECISIONS), {"runs": runs, **values})


async def _measure(url: str, runs: int, *, postgresql: bool) -> list[float]:
    store = Database(url)
    await store.migrate()
    try:
        async with store.transaction() as uow:
            await _fill(uow, runs, postgresql=postgresql)
        took = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            async with store.reading(at_length=True) as uow:
                found = await uow.enrolments.decided(JOURNEY.id, JOURNEY.version, STEPS[1])
            took.append(time.perf_counter() - begun)
            assert sum(one.messages for one in found) == runs
        return took
    finally:
        await store.close()


def table(runs: int) -> Iterator[str]:
    yield f"| what came of a step's messages, {runs:,} runs | database | s, median | longest |"
    yield "|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'overture.db'}"
        yield _line(runs, "SQLite", uvloop.run(_measure(url, runs, postgresql=False)))
    with postgresql_url() as url:
        yield _line(runs, "PostgreSQL", uvloop.run(_measure(url, runs, postgresql=True)))


def _line(runs: int, database: str, took: list[float]) -> str:
    return f"| {3 * runs:,} decisions | {database} | {statistics.median(took):.2f} | {max(took):.2f} |"
